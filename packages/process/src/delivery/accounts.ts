import { accountMetrics, dispatcherMetrics, graphiteMetrics } from '../aggregate/own-metrics.ts'
import type { LaneStatus } from './output-queue.ts'

/**
 * Where the snapshots went that were taken from the queue since the start. Always: taken = delivered + waiting +
 * quarantined + vanished + leftOut + dropped.
 */
export interface Accounts {
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

/** How many snapshots are unaccounted for; 0 unless the program has a defect. */
export function unaccounted({ taken, ...became }: Accounts): number {
  return Object.values(became).reduce((left, count) => left - count, taken)
}

/** The own metrics of accounts and dispatchers, by name. */
export function accountValues(accounts: Accounts, lanes: ReadonlyMap<string, LaneStatus>): Record<string, number> {
  const values = accountMetrics.map(({ name, value }) => [name, value({ ...accounts })] as const)
  const ofLanes = [...lanes].flatMap(([lane, status]) =>
    graphiteMetrics(dispatcherMetrics).map(
      ({ name, value }) => [`dispatcher.${lane}.${name}`, value({ ...status })] as const,
    ),
  )
  return Object.fromEntries([...values, ...ofLanes])
}
