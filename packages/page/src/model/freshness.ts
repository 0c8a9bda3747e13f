import { duration, plural, timeOfDay } from './format.ts'
import type { Knowledge } from './knowledge.ts'

export type Freshness = 'fresh' | 'stale' | 'lost' | 'waiting'

/** Snapshots that may be missed before what is shown counts as old. */
const missable = 3

/** The key of what the server tells of snapshots that do not come. */
const aboutSnapshots = 'snapshot'

/** How old what is shown is, in seconds by the server's clock. */
export const ageOf = ({ overview, clockAhead }: Knowledge, now: number): number =>
  overview?.snapshot == null ? 0 : Math.max(0, now / 1000 + clockAhead - overview.snapshot)

/** `now` is `Date.now()`. */
export function freshnessOf(knowledge: Knowledge, now: number): Freshness {
  const { overview, lost } = knowledge
  if (lost !== undefined) return 'lost'
  if (overview?.snapshot == null) return 'waiting'
  return overview.stale || ageOf(knowledge, now) > missable * overview.interval ? 'stale' : 'fresh'
}

/** What to tell of data that is not fresh; undefined while all is as it should be. */
export function warningOf(knowledge: Knowledge, now: number): string | undefined {
  const { overview, lost } = knowledge
  const age = duration(ageOf(knowledge, now))
  if (lost !== undefined) {
    const shown = overview?.snapshot == null ? '' : ` What is shown is ${age} old.`
    const begun = timeOfDay(lost.since / 1000)
    return `Connection lost at ${begun}: ${lost.why}. Trying again.${shown}`
  }
  if (overview === undefined || freshnessOf(knowledge, now) !== 'stale') return undefined
  const why = overview.problems.find(({ key }) => key === aboutSnapshots)?.detail
  return `Stale: the newest snapshot is ${age} old, ${why ?? `one is expected every ${plural(overview.interval, 'second')}`}.`
}
