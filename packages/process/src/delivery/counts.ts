import { accountMetrics, dispatcherMetrics, graphiteMetrics } from '../aggregate/own-metrics.ts'
import type { OutputStatus } from './output-queue.ts'

/**
 * Where the snapshots went that were taken from the queue since the start. Always: taken = delivered + waiting +
 * quarantined + vanished + leftOut + dropped.
 */
export interface SnapshotCounts {
  readonly taken: number
  /** By all dispatchers, and so out of the queue. */
  readonly delivered: number
  readonly waiting: number
  readonly quarantined: number
  /** Gone from the queue before they were delivered: dropped by haproxystats-pull for new ones, or removed by somebody. */
  readonly vanished: number
  /** Incomplete, and so left out by at least one dispatcher; no other lost them. Out of the queue. */
  readonly leftOut: number
  /** Lost by at least one dispatcher, because more waited for it than may. Out of the queue. */
  readonly dropped: number
}

/** How many snapshots are missing from the counts; 0 unless the program has a defect. */
export function countMissing({ taken, ...became }: SnapshotCounts): number {
  return Object.values(became).reduce((left, count) => left - count, taken)
}

/** The own metrics of accounts and dispatchers, by name. */
export function countValues(
  counts: SnapshotCounts,
  outputs: ReadonlyMap<string, OutputStatus>,
): Record<string, number> {
  const values = accountMetrics.map(({ name, value }) => [name, value({ ...counts })] as const)
  const ofOutputs = [...outputs].flatMap(([output, status]) =>
    graphiteMetrics(dispatcherMetrics).map(
      ({ name, value }) => [`dispatcher.${output}.${name}`, value({ ...status })] as const,
    ),
  )
  return Object.fromEntries([...values, ...ofOutputs])
}
