/**
 * The words with which the column `status` begins in HAProxy 1.5 to 3.5, from the harmless to the worst; `other` is what no release
 * prints. Servers: `no check`, UP, DRAIN, NOLB, MAINT, DOWN; backends: UP, DOWN; frontends: OPEN, FULL, PAUSED, STOP; listeners:
 * OPEN, WAITING, FULL.
 */
export const statusWords = [
  ...(['no check', 'UP', 'OPEN', 'other', 'WAITING', 'FULL'] as const),
  ...(['DRAIN', 'NOLB', 'PAUSED', 'MAINT', 'STOP', 'DOWN'] as const),
]
export type StatusWord = (typeof statusWords)[number]

export interface Status {
  readonly word: StatusWord
  /** `1/3` behind the word: so many health checks of those that change the state. `UP 1/3` may go down, `DOWN 1/2` may come up. */
  readonly changing: boolean
  /** The worse, the larger; 0 is the most harmless. `UP 1/3` is worse than `UP`, and `DOWN 1/2` is better than `DOWN`. */
  readonly severity: number
}

/** Texts may hold names of servers, of which there may be any number. */
const mostKnown = 1000
const known = new Map<string, Status>()

/** Other details do not matter: `DOWN (agent)`, `DRAIN (agent)`, `MAINT (resolution)`, `MAINT (via web/s1)`. */
export function parseStatus(text: string): Status {
  const before = known.get(text)
  if (before !== undefined) return before
  const [, found, checks] = /^(no check|[A-Z]+)( \d+\/\d+$)?/.exec(text) ?? []
  const word = statusWords.find((one) => one === found) ?? 'other'
  const changing = checks !== undefined
  const severity = 2 * statusWords.indexOf(word) + (changing ? (word === 'DOWN' ? -1 : 1) : 0)
  const status = { word, changing, severity }
  if (known.size < mostKnown) known.set(text, status)
  return status
}
