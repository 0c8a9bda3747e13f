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

/** One metric of haproxystats itself that tells of snapshots or of a dispatcher. */
interface AccountMetric<Of> {
  readonly name: string
  readonly summary: string
  /** What its value asks of an operator. */
  readonly advice: string
  readonly value: (of: Of) => number
}

export const accountMetrics: readonly AccountMetric<SnapshotCounts>[] = [
  {
    name: 'SnapshotsTaken',
    summary: 'Snapshots taken from the queue since the start.',
    advice: 'Stands still: pull publishes nothing; see its log and status file.',
    value: ({ taken }) => taken,
  },
  {
    name: 'SnapshotsDelivered',
    summary: 'Those that every destination has.',
    advice: 'Grows slower than `SnapshotsTaken`: a destination is down or too slow.',
    value: ({ delivered }) => delivered,
  },
  {
    name: 'SnapshotsWaiting',
    summary: 'Those that wait for a destination, now.',
    advice: 'Stays above 1: `dispatcher.<name>.Waiting` says which destination, the status file why.',
    value: ({ waiting }) => waiting,
  },
  {
    name: 'SnapshotsQuarantined',
    summary: 'Those that could not be processed.',
    advice:
      'Rises: read the `.reason` files in `quarantine/`; a defect if the snapshot is what HAProxy answered. `haproxystats-process --requeue` has them tried again.',
    value: ({ quarantined }) => quarantined,
  },
  {
    name: 'SnapshotsVanished',
    summary: 'Those that somebody else removed from the queue before they were delivered.',
    advice: 'Rises: somebody removes snapshots, or the queue is full with `queue-full = drop-oldest`.',
    value: ({ vanished }) => vanished,
  },
  {
    name: 'SnapshotsLeftOut',
    summary: 'Incomplete ones that a destination leaves out (incomplete = discard).',
    advice: 'Rises: a source does not answer; the log of pull names it and the reason.',
    value: ({ leftOut }) => leftOut,
  },
  {
    name: 'SnapshotsDropped',
    summary: 'Those that a destination lost because more waited for it than may (backlog).',
    advice: 'Rises: `dispatcher.<name>.Dropped` says which destination is down or too slow for so long.',
    value: ({ dropped }) => dropped,
  },
]

/** Below `dispatcher.<name>.`. */
export const dispatcherMetrics: readonly AccountMetric<OutputStatus>[] = [
  {
    name: 'Snapshots',
    summary: 'Snapshots delivered to it since the start.',
    advice: 'Stands still while others grow: that destination is down; the status file has the reason.',
    value: ({ snapshots }) => snapshots,
  },
  {
    name: 'Datapoints',
    summary: 'Datapoints delivered to it since the start.',
    advice: 'Its rate is what Graphite has to take, for sizing it.',
    value: ({ datapoints }) => datapoints,
  },
  {
    name: 'Waiting',
    summary: 'Snapshots that wait for it, now.',
    advice: 'Stays above 1: that destination is slow or down.',
    value: ({ waiting }) => waiting,
  },
  {
    name: 'Retries',
    summary: 'Attempts to deliver that failed since the start.',
    advice: 'Rises steadily: it refuses, resets or is too slow. Mend it, or raise `write-timeout` or `commit-timeout`.',
    value: ({ retries }) => retries,
  },
  {
    name: 'Replayed',
    summary: 'Snapshots sent again after it died, by replay.',
    advice: 'Rises: the receiver dies now and then; find out why.',
    value: ({ replayed }) => replayed,
  },
  {
    name: 'LeftOut',
    summary: 'Incomplete snapshots that it leaves out since the start (incomplete = discard).',
    advice: 'Rises: a source does not answer; the log of pull names it and the reason.',
    value: ({ leftOut }) => leftOut,
  },
  {
    name: 'Dropped',
    summary: 'Snapshots that it lost since the start, because more waited for it than may.',
    advice: 'Above 0: points are missing there for good. It was down or too slow for longer than `backlog` holds.',
    value: ({ dropped }) => dropped,
  },
  {
    name: 'Proved',
    summary: '1 while its closing of the connection proves each delivery, 0 while nothing does.',
    advice: '0: something between us and the receiver does not pass the end of a connection on; see `commit-timeout`.',
    value: ({ proof }) => (proof === 'plain' ? 0 : 1),
  },
]

/** The own metrics of accounts and dispatchers, by name. */
export function countValues(
  accounts: SnapshotCounts,
  lanes: ReadonlyMap<string, OutputStatus>,
): Record<string, number> {
  const values = accountMetrics.map(({ name, value }) => [name, value(accounts)] as const)
  const ofLanes = [...lanes].flatMap(([lane, status]) =>
    dispatcherMetrics.map(({ name, value }) => [`dispatcher.${lane}.${name}`, value(status)] as const),
  )
  return Object.fromEntries([...values, ...ofLanes])
}
