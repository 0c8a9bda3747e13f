import { type Field, infoFields, moduleFields, statFields } from '../fields/index.ts'

const isPeak = ({ nature, merge }: Field) => nature === 'counter' && merge === 'max'

/** Columns of `show stat` that only grow while a process lives: those of sums, and `peakCounters`. */
export const statCounters: readonly string[] = [...statFields, ...moduleFields]
  .filter((field) => (field.nature === 'counter' && field.merge === 'sum' && !field.misdeclared) || isPeak(field))
  .map(({ name }) => name)

/**
 * Those that every process counts for itself, as failed checks and the time a server was down: over processes their maximum
 * counts. The lists of haproxystats 0.5.2 sum some of them.
 */
export const peakCounters: readonly string[] = statFields.filter(isPeak).map(({ name }) => name)

/** The column of counter offsets that holds what the maximum of a column over processes must not fall below. */
export function peakColumn(name: string): string {
  return `${name}_max`
}

const preloaded: ReadonlySet<string> = new Set(statFields.map(({ name }) => name))

/**
 * Indexes into `statCounters` of what a process may tell that another has counted: with `stats-file` (HAProxy 3.0) it begins with
 * the counters of a file, with `shm-stats-file` (3.3) it shares them. HAProxy computes the downtime, and modules count for
 * themselves.
 */
export const sharableCounters: readonly number[] = statCounters.flatMap((name, index) => {
  return preloaded.has(name) && name !== 'downtime' ? [index] : []
})

/** Lines of `show info` of that kind; HAProxy declares some of them as gauges. */
export const infoCounters: readonly string[] = infoFields
  .filter(({ nature, merge, misdeclared }) => {
    return merge === 'sum' && (nature === 'counter' || (nature === 'gauge' && misdeclared))
  })
  .map(({ name }) => name)
