import { StatsError } from '@haproxystats/core'

/** What else can be found behind a socket, by how it answers `show info;show stat` (seen with HAProxy 1.5 to 3.5). */
const refusals = [
  {
    begins: /^Unknown command/,
    hint: 'this is the master socket of HAProxy (-S), which has no statistics; write master:// before its path in servers to read its workers, and keep it out of socket-dir',
  },
  {
    begins: /^Permission denied/,
    hint: 'the socket does not permit it; "level user" on the "stats socket" line of HAProxy is enough',
    isStats: true,
  },
  {
    begins: /^(HTTP\/|<!?[A-Za-z])/,
    hint: 'an HTTP frontend listens here; name a "stats socket" of the configuration instead, or write http:// and the path of a statistics page',
  },
] as const

const otherwise = 'this is no stats socket of HAProxy; name a "stats socket" of its configuration instead'

const shownLength = 80

/** How many bytes of a first line are worth waiting for. */
export const firstLineLimit = 200

/** Text from outside, fit for one line of a log: ASCII, everything else as `\xHH`, at most 80 bytes of it. */
export function printableLine(bytes: Uint8Array): string {
  const shown = [...bytes.subarray(0, shownLength)].map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  )
  return shown.join('') + (bytes.length > shownLength ? '…' : '')
}

/**
 * The error for something that answered, but not as a stats socket does. `answer` is what has come so far. Its detail
 * `foreign` tells what is no stats socket from one that does not permit the question.
 */
export function refusal(source: string, answer: Buffer): StatsError {
  const end = answer.subarray(0, firstLineLimit).indexOf(0x0a)
  const line = answer.subarray(0, end === -1 ? firstLineLimit : end)
  const text = line.toString('latin1')
  const known = refusals.find(({ begins }) => begins.test(text))
  const hint = known?.hint ?? otherwise
  const foreign = known === undefined || !('isStats' in known)
  const message = `${source} answered "${printableLine(line)}": ${hint}`
  return new StatsError('SOURCE_REFUSED', message, { source, hint, foreign })
}
