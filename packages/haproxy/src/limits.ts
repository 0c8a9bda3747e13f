/**
 * How much of each kind an answer may hold, far beyond what any HAProxy prints, so that a source that prints something else
 * costs neither the memory nor the time to parse it. Checked while an answer is read, and again when a snapshot is, because
 * others than haproxystats-pull may write one. `answer-limit` bounds the whole answer.
 */
export const answerLimits = {
  /** All of `show info`. HAProxy 3.4 prints 2 kB; it has to fit into one buffer (`tune.bufsize`, 16 kB unless set). */
  infoBytes: 1024 * 1024,
  /** Lines of `show info`. HAProxy 3.4 prints 81. */
  infoLines: 2000,
  /** One line of `show info`. The longest is the description, which haproxy.cfg has on a line of at most 2 kB. */
  infoLineBytes: 16 * 1024,
  /** Columns of `show stat`. HAProxy 3.4 prints 213. */
  statColumns: 1000,
  /** One cell of `show stat`, and a whole row while it is read. A row has to fit into one buffer, and most take 500 bytes. */
  cellBytes: 64 * 1024,
  /** Digits of one number. 64 bits are 20 digits; sums of many processes are a few more. */
  numberDigits: 40,
  /** The answer to `show stat typed` for three objects. With 200 fields each they take 30 kB. */
  typedBytes: 256 * 1024,
} as const
