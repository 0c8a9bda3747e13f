/**
 * What the column `status` says, from the best to the worst; a series of `status` holds the index. HAProxy prints a word
 * with details behind it: `UP 1/3`, `DOWN (agent)`, `MAINT (via web/s1)`, `no check`; `OPEN` and `STOP` are frontends'.
 */
export const stateLevels = [
  'no check',
  'UP',
  'other',
  'UP going down',
  'DRAIN',
  'NOLB',
  'MAINT',
  'STOP',
  'DOWN',
] as const
export type StateLevel = (typeof stateLevels)[number]

const levelOfWord: Readonly<Record<string, StateLevel>> = {
  UP: 'UP',
  OPEN: 'UP',
  DRAIN: 'DRAIN',
  NOLB: 'NOLB',
  MAINT: 'MAINT',
  STOP: 'STOP',
  DOWN: 'DOWN',
}

export function stateOf(status: string): StateLevel {
  if (status.startsWith('no check')) return 'no check'
  if (/^UP \d/.test(status)) return 'UP going down'
  const word = /^[A-Z]+/.exec(status)?.[0] ?? ''
  return Object.hasOwn(levelOfWord, word) ? (levelOfWord[word] as StateLevel) : 'other'
}

const known = new Map<string, number>()

/** The index of `stateOf` in `stateLevels`; NaN without a status. */
export function stateLevelOf(status: string | undefined): number {
  if (status === undefined) return Number.NaN
  const before = known.get(status)
  if (before !== undefined) return before
  const level = stateLevels.indexOf(stateOf(status))
  // Details hold names, of which there may be any number.
  if (known.size < 1000) known.set(status, level)
  return level
}
