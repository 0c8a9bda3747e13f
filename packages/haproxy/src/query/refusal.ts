import { StatsError } from '@haproxystats/core'

/** What else may listen on an address, by its answer to `show info;show stat` (seen with HAProxy 1.5 to 3.5). */
const refusals = [
  {
    begins: /^Unknown command/,
    hint: 'the master socket of HAProxy (-S), which has no statistics; write master:// before its path in servers to read its workers, and keep it out of socket-dir',
  },
  {
    begins: /^Permission denied/,
    hint: 'permission denied by the level of the socket; "level user" on the "stats socket" line of HAProxy is enough',
    isStats: true,
  },
  {
    begins: /^(HTTP\/|<!?[A-Za-z])/,
    hint: 'an HTTP frontend listens here; name a "stats socket" of the configuration instead, or write http:// and the path of a statistics page',
  },
] as const

const otherwise = 'not a stats socket of HAProxy; name a "stats socket" of its configuration instead'

const shownLength = 80

/** How many bytes of a first line are waited for. */
export const firstLineLimit = 200

/** Text from outside for one line of a log: ASCII, everything else as `\xHH`, at most 80 bytes of it. */
export function printableLine(bytes: Uint8Array): string {
  const shown = [...bytes.subarray(0, shownLength)].map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  )
  return shown.join('') + (bytes.length > shownLength ? '…' : '')
}

/** The first line of an answer, printable. */
export function firstLineOf(answer: Buffer): string {
  const end = answer.subarray(0, firstLineLimit).indexOf(0x0a)
  return printableLine(answer.subarray(0, end === -1 ? firstLineLimit : end))
}

/**
 * The error for an answer that is not one of a stats socket. `answer` is what has arrived so far. Its detail `foreign` is
 * false for a stats socket that denies the query.
 */
export function refusal(source: string, answer: Buffer): StatsError {
  const text = answer.toString('latin1', 0, firstLineLimit)
  const known = refusals.find(({ begins }) => begins.test(text))
  const hint = known?.hint ?? otherwise
  const foreign = known === undefined || !('isStats' in known)
  return new StatsError('SOURCE_REFUSED', `${source} answered "${firstLineOf(answer)}": ${hint}`, {
    source,
    hint,
    foreign,
  })
}
