import { duration, plural, timeOfDay } from './format.ts'
import type { LiveData } from './live-data.ts'

export type Freshness = 'fresh' | 'stale' | 'lost' | 'waiting'

/** How many snapshots may be missing before the data counts as stale. */
const missable = 3

/** The key of the server's problem about missing snapshots. */
const snapshotProblem = 'snapshot'

/** The age of the snapshot in seconds, by the server's clock. */
export const ageOf = ({ overview, clockAhead }: LiveData, now: number): number =>
  overview?.snapshot == null ? 0 : Math.max(0, now / 1000 + clockAhead - overview.snapshot)

/** `now` is `Date.now()`. */
export function freshnessOf(data: LiveData, now: number): Freshness {
  const { overview, lost } = data
  if (lost !== undefined) return 'lost'
  if (overview?.snapshot == null) return 'waiting'
  return overview.stale || ageOf(data, now) > missable * overview.interval ? 'stale' : 'fresh'
}

/** The warning for data that is not fresh; undefined while it is. */
export function warningOf(data: LiveData, now: number): string | undefined {
  const { overview, lost } = data
  const age = duration(ageOf(data, now))
  if (lost !== undefined) {
    const shown = overview?.snapshot == null ? '' : ` The data is ${age} old.`
    const begun = timeOfDay(lost.since / 1000)
    return `Connection lost at ${begun}: ${lost.why}. Trying again.${shown}`
  }
  if (overview === undefined || freshnessOf(data, now) !== 'stale') return undefined
  const why = overview.problems.find(({ key }) => key === snapshotProblem)?.detail
  return `Stale: the newest snapshot is ${age} old, ${why ?? `one is expected every ${plural(overview.interval, 'second')}`}.`
}
