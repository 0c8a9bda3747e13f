import { parseStatus } from '@haproxystats/haproxy/read'

/**
 * States of rows, from the best to the worst; a series of `status` holds the index, and the file of the history does too. A frontend
 * that is `OPEN` is `UP`.
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

export function stateOf(status: string): StateLevel {
  const { word, changing } = parseStatus(status)
  if (word === 'UP' && changing) return 'UP going down'
  if (word === 'OPEN') return 'UP'
  return stateLevels.find((level) => level === word) ?? 'other'
}

/** The index of `stateOf` in `stateLevels`; NaN without a status. */
export function stateLevelOf(status: string | undefined): number {
  return status === undefined ? Number.NaN : stateLevels.indexOf(stateOf(status))
}
