/**
 * What HAProxy prints in the column `status`, from the harmless to the worst; words that are not here are between those that
 * are well and those that are not.
 */
const wellToBad = [
  'no check',
  'UP',
  'OPEN',
  undefined,
  'WAITING',
  'FULL',
  'DRAIN',
  'NOLB',
  'PAUSED',
  'MAINT',
  'STOP',
  'DOWN',
]

/**
 * How bad a status is; 0 is the most harmless. Details may follow the word: `UP 1/3` is on its way down and worse than `UP`,
 * `DOWN 1/2` is on its way up and better than `DOWN`; `MAINT (via app/app1)` is `MAINT`.
 */
export function severityOf(status: string): number {
  const word = status.startsWith('no check') ? 'no check' : /^[A-Z]+/.exec(status)?.[0]
  const known = wellToBad.indexOf(word)
  const rank = 2 * (known < 0 ? wellToBad.indexOf(undefined) : known)
  const partial = / \d+\/\d+$/.test(status)
  if (!partial) return rank
  return word === 'DOWN' ? rank - 1 : rank + 1
}
