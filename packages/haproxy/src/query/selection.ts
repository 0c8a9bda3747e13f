import { isRelease } from './release.ts'

/** Rows that can be left out of `show stat`. */
export type LeftOut = 'listeners' | 'servers' | 'maint' | 'down'

/** Types of rows, as the filter of `show stat` adds them up. */
const rowTypes = { frontends: 1, backends: 2, servers: 4, listeners: 8 } as const

/**
 * The arguments of `show stat` that leave these rows out: all three of the filter, because with fewer HAProxy prints
 * everything, and `up` or `no-maint` for HAProxy 2.3 and newer. Empty when nothing is left out.
 */
export function selectionFor(leftOut: readonly LeftOut[], version: string | undefined): string {
  if (leftOut.length === 0) return ''
  const without = new Set(leftOut)
  const { frontends, backends, servers, listeners } = rowTypes
  const types =
    frontends + backends + (without.has('servers') ? 0 : servers) + (without.has('listeners') ? 0 : listeners)
  const hidden = without.has('down') ? ' up' : without.has('maint') ? ' no-maint' : ''
  return ` -1 ${types} -1${isRelease(version, 2, 3) ? hidden : ''}`
}
