/** What HAProxy need not print. */
export const leftOutWords = ['listeners', 'servers', 'maint', 'down'] as const
export type LeftOut = (typeof leftOutWords)[number]

/** Types of rows as `show stat` wants them. */
const bits = { frontends: 1, backends: 2, servers: 4, listeners: 8 } as const

/** The first release that hides what is down or in maintenance. */
const hides = { major: 2, minor: 3 }

/**
 * What follows `show stat` to leave these things out: all three words of the filter, since with fewer HAProxy prints everything,
 * and `up` or `no-maint` only for a release that is known to have them. Without a word everything is asked for.
 */
export function selectionOf(leftOut: readonly LeftOut[], version: string | undefined): string {
  if (leftOut.length === 0) return ''
  const without = new Set(leftOut)
  const { frontends, backends, servers, listeners } = bits
  const rows =
    frontends + backends + (without.has('servers') ? 0 : servers) + (without.has('listeners') ? 0 : listeners)
  const hidden = without.has('down') ? ' up' : without.has('maint') ? ' no-maint' : ''
  return ` -1 ${rows} -1${canHide(version) ? hidden : ''}`
}

function canHide(version: string | undefined): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? []
  if (major === undefined || minor === undefined) return false
  return Number(major) > hides.major || (Number(major) === hides.major && Number(minor) >= hides.minor)
}
