import type { LaneStatus } from './lane.ts'

/**
 * Where the snapshots went that were taken from the queue since the start. Always: taken = delivered + waiting +
 * quarantined + vanished.
 */
export interface Accounts {
  readonly taken: number
  /** By all dispatchers, and so out of the queue. */
  readonly delivered: number
  readonly waiting: number
  readonly quarantined: number
  /** Gone from the queue before they were delivered: dropped by haproxystats-pull for new ones, or removed by somebody. */
  readonly vanished: number
}

/** How many snapshots are unaccounted for; 0 unless the program has a defect. */
export function unaccounted({ taken, delivered, waiting, quarantined, vanished }: Accounts): number {
  return taken - delivered - waiting - quarantined - vanished
}

/** One metric of haproxystats itself that tells of snapshots or of a dispatcher. */
interface AccountMetric<Of> {
  readonly name: string
  readonly summary: string
  readonly value: (of: Of) => number
}

export const accountMetrics: readonly AccountMetric<Accounts>[] = [
  { name: 'SnapshotsTaken', summary: 'Snapshots taken from the queue since the start.', value: ({ taken }) => taken },
  { name: 'SnapshotsDelivered', summary: 'Those that every destination has.', value: ({ delivered }) => delivered },
  { name: 'SnapshotsWaiting', summary: 'Those that wait for a destination, now.', value: ({ waiting }) => waiting },
  {
    name: 'SnapshotsQuarantined',
    summary: 'Those that could not be processed.',
    value: ({ quarantined }) => quarantined,
  },
  {
    name: 'SnapshotsVanished',
    summary: 'Those that were gone before they were delivered: dropped for new ones with queue-full = drop-oldest.',
    value: ({ vanished }) => vanished,
  },
]

/** Below `dispatcher.<name>.`. */
export const dispatcherMetrics: readonly AccountMetric<LaneStatus>[] = [
  { name: 'Snapshots', summary: 'Snapshots delivered to it since the start.', value: ({ snapshots }) => snapshots },
  { name: 'Datapoints', summary: 'Datapoints delivered to it since the start.', value: ({ datapoints }) => datapoints },
  { name: 'Waiting', summary: 'Snapshots that wait for it, now.', value: ({ waiting }) => waiting },
  { name: 'Retries', summary: 'Attempts to deliver that failed since the start.', value: ({ retries }) => retries },
  { name: 'Replayed', summary: 'Snapshots sent again after it died, by replay.', value: ({ replayed }) => replayed },
  {
    name: 'Proved',
    summary: '1 while its closing of the connection proves each delivery, 0 while nothing does.',
    value: ({ proof }) => (proof === 'plain' ? 0 : 1),
  },
]

/** The own metrics of accounts and dispatchers, by name. */
export function accountValues(accounts: Accounts, lanes: ReadonlyMap<string, LaneStatus>): Record<string, number> {
  const values = accountMetrics.map(({ name, value }) => [name, value(accounts)] as const)
  const ofLanes = [...lanes].flatMap(([lane, status]) =>
    dispatcherMetrics.map(({ name, value }) => [`dispatcher.${lane}.${name}`, value(status)] as const),
  )
  return Object.fromEntries([...values, ...ofLanes])
}
