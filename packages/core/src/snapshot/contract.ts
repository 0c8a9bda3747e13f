/**
 * The directory both programs meet in. A snapshot is `<queue>/<seconds since the epoch>/`, holding `<source>_info` and
 * `<source>_stat` for every source: the answers of HAProxy to `show info` and `show stat`, byte for byte, each ending
 * with its empty line.
 */
export const infoSuffix = '_info'
export const statSuffix = '_stat'

/**
 * Beside them, when `show stat` has columns that no table knows: the answer to `show stat … typed` for a few rows, which
 * says of what nature they are.
 */
export const typedSuffix = '_typed'

/**
 * The name of what is no source: the counters that processes had when they ended, so that sums over processes do not fall. Columns
 * named `<field>_max` hold what the maximum over processes must not fall below. Graphite gets them with `counters = monotonic`.
 */
export const carriedSource = '_carried'

/** The name of what is no source either: counters that two processes of the snapshot report, negated. They are always added. */
export const twiceSource = '_twice'

/** Whether what is called so is no source, but is added to what sources say. */
export function isAddition(source: string): boolean {
  return source === carriedSource || source === twiceSource
}

/**
 * What becomes of a snapshot at one dispatcher: it has all of it, it leaves it out because the snapshot is incomplete, or it
 * lost it because too many waited. haproxystats-process leaves an empty file in the snapshot for each dispatcher that is
 * through with it: `.delivered.graphite`.
 */
export const fates = ['delivered', 'left-out', 'dropped'] as const
export type Fate = (typeof fates)[number]

/** The name of such a file. */
export function markName(fate: Fate, dispatcher: string): string {
  return `.${fate}.${dispatcher}`
}

/** The fates by dispatcher, from the directory entries of a snapshot. */
export function readMarks(names: Iterable<string>): Map<string, Fate> {
  const found = new Map<string, Fate>()
  for (const name of names) {
    const fate = fates.find((candidate) => name.startsWith(markName(candidate, '')))
    if (fate !== undefined) found.set(name.slice(markName(fate, '').length), fate)
  }
  return found
}

/** Directories of ten digits or so; `2e9`, `-1`, `007` and everything else is not ours and left alone. */
const snapshotName = /^[1-9][0-9]{0,11}$/

/** Whether a directory entry of the queue is named as a snapshot is. */
export function isSnapshotName(name: string): boolean {
  return snapshotName.test(name)
}

/** The snapshots among directory entries, oldest first. */
export function snapshotNames(names: Iterable<string>): string[] {
  return [...names].filter(isSnapshotName).sort((a, b) => Number(a) - Number(b))
}

/** Permissions: readable by the group (nagios checks), by nobody else. */
export const fileMode = 0o640
export const directoryMode = 0o750
