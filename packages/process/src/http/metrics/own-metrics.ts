import { version } from '@haproxystats/core'
import type { Label, MetricType } from './metric.ts'

/** A metric of haproxystats itself that the table `own` of a snapshot has. */
export interface OwnMetric {
  /** Its name in that table. */
  readonly of: string
  readonly name: string
  readonly help: string
}

const own = (of: string, name: string, help: string): OwnMetric => ({ of, name: `haproxystats_${name}`, help })

/** All of the newest snapshot. How long datapoints took to make is not known where it is served. */
export const ownMetrics: readonly OwnMetric[] = [
  own('Processes', 'processes', 'HAProxy processes whose answers the snapshot holds.'),
  own('ProcessesWithInfo', 'processes_with_info', 'Those of them that answered show info.'),
  own('ProcessesFailed', 'processes_failed', 'HAProxy processes of which an answer is missing in the snapshot.'),
  own('Complete', 'complete', 'Whether every source has answered; 0: sums are too low.'),
  own('pull.WallClockTime', 'pull_seconds', 'Time that haproxystats-pull took to ask all sources.'),
  own('pull.SlowestSource', 'pull_slowest_source_seconds', 'Time of the source that took longest.'),
  own('pull.Bytes', 'pull_answer_bytes', 'What all sources answered.'),
  own('pull.Retries', 'pull_retries', 'Attempts to connect to a source beyond the first.'),
]

type Status = Readonly<Record<string, unknown>>

/** A metric of haproxystats-process that its status has; NaN when it does not. */
export interface StatusMetric {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly value: (status: Status) => number
}

const at =
  (...path: readonly string[]) =>
  (status: Status): number => {
    const found = path.reduce<unknown>((value, name) => (value as Status | undefined)?.[name], status)
    return typeof found === 'number' ? found : Number.NaN
  }

/** A point in time of ISO 8601, in seconds since the epoch. */
const timeAt =
  (name: string) =>
  (status: Status): number =>
    Date.parse(String(status[name])) / 1000

const of =
  (type: MetricType) =>
  (name: string, help: string, value: (status: Status) => number): StatusMetric => ({ name, type, help, value })
const gauge = of('gauge')
const counter = of('counter')

export const statusMetrics: readonly StatusMetric[] = [
  gauge('haproxystats_start_time_seconds', 'When haproxystats-process was started, since the epoch.', timeAt('start')),
  gauge('haproxystats_last_scan_timestamp_seconds', 'When the queue was last looked at.', timeAt('lastScan')),
  gauge('haproxystats_queue_snapshots', 'Snapshots that wait for a destination.', at('queueSize')),
  gauge('haproxystats_queue_oldest_seconds', 'Age of the oldest of them.', at('oldest')),
  counter('haproxystats_snapshots_taken_total', 'Snapshots taken from the queue.', at('snapshots', 'taken')),
  counter('haproxystats_snapshots_delivered_total', 'Those that every destination has.', at('snapshots', 'delivered')),
  counter('haproxystats_snapshots_quarantined_total', 'Those that were no good.', at('snapshots', 'quarantined')),
  counter('haproxystats_snapshots_vanished_total', 'Those that were gone undelivered.', at('snapshots', 'vanished')),
  counter(
    'haproxystats_snapshots_left_out_total',
    'Incomplete ones that a destination leaves out.',
    at('snapshots', 'leftOut'),
  ),
  counter(
    'haproxystats_snapshots_dropped_total',
    'Those that a destination lost because too many waited for it.',
    at('snapshots', 'dropped'),
  ),
  gauge('haproxystats_workers', 'Worker threads that are alive.', ({ workers }) => {
    const { threads } = (workers ?? {}) as { threads?: unknown }
    return Array.isArray(threads) ? threads.length : Number.NaN
  }),
  gauge('haproxystats_workers_configured', 'How many there may be.', at('workers', 'configured')),
  counter('haproxystats_workers_replaced_total', 'Those that had to be replaced.', at('workers', 'replaced')),
]

/** Of every dispatcher, by its own status; with a label `dispatcher`. */
export const dispatcherMetrics: readonly StatusMetric[] = [
  gauge('haproxystats_dispatcher_up', 'Whether it delivers, or has nothing to; 0 while it fails.', ({ state }) =>
    state === 'failing' ? 0 : 1,
  ),
  gauge('haproxystats_dispatcher_waiting_snapshots', 'Snapshots that wait for it.', at('waiting')),
  gauge('haproxystats_dispatcher_oldest_seconds', 'Age of the oldest of them.', at('oldestUnconfirmed')),
  counter('haproxystats_dispatcher_snapshots_total', 'Snapshots delivered to it.', at('snapshots')),
  counter('haproxystats_dispatcher_datapoints_total', 'Datapoints delivered to it.', at('datapoints')),
  counter('haproxystats_dispatcher_retries_total', 'Attempts to deliver that failed.', at('retries')),
  counter('haproxystats_dispatcher_replayed_total', 'Snapshots sent again after it died.', at('replayed')),
  counter('haproxystats_dispatcher_left_out_total', 'Incomplete snapshots that it leaves out.', at('leftOut')),
  counter(
    'haproxystats_dispatcher_dropped_total',
    'Snapshots that it lost because too many waited for it: they are missing there for good.',
    at('dropped'),
  ),
]

/** Metrics of the view and of the program that no table has. */
export const ownFacts = {
  build: { name: 'haproxystats_build_info', type: 'gauge', help: 'Release of haproxystats.' },
  interval: { name: 'haproxystats_interval_seconds', type: 'gauge', help: 'Time between snapshots, as configured.' },
  snapshot: {
    name: 'haproxystats_snapshot_timestamp_seconds',
    type: 'gauge',
    help: 'When the newest snapshot was taken, since the epoch: time() minus this is how old everything here is.',
  },
  source: {
    name: 'haproxystats_source_up',
    type: 'gauge',
    help: 'Whether a source has answered, by source, 1; 0: it is not in the newest snapshot, so sums are too low.',
  },
} as const

export const ownVersion: Label = ['version', version]
