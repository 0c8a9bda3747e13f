import type { PullReport } from '@haproxystats/core'
import type { ObjectName, Table, TableKind } from '../types/table.ts'

/**
 * What is known of the making of one snapshot's datapoints; times in seconds, counts of datapoints by kind of table.
 */
export interface Making {
  readonly seconds: Readonly<Record<'haproxy' | 'frontends' | 'backends' | 'servers' | 'all' | 'total', number>>
  readonly datapoints: Readonly<Record<TableKind, number>>
  /**
   * HAProxy processes that answered, those of them that answered `show info`, and those of which an answer is missing.
   */
  readonly processes: number
  readonly processesWithInfo: number
  readonly processesFailed: number
  /** Servers left out by `skip-servers` and `server-limit`; NaN without these options. */
  readonly serversSkipped: number
  readonly serversDropped: number
  /** What haproxystats-pull says of its part; without it when it is older than that. */
  readonly pull: PullReport | undefined
}

/** How Prometheus gets a metric. `counter` never falls while the program runs. */
export interface PrometheusMetric {
  /** Whole: `haproxystats_processes`. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
}

/** How Graphite gets a metric, and what the documents say of it. */
interface GraphiteMetric {
  /** Its path below `haproxystats.`, or below `haproxystats.dispatcher.<name>.`. */
  readonly name: string
  readonly unit: string
  readonly summary: string
  /** What its value asks of an operator. */
  readonly advice: string
}

/** One metric of haproxystats itself, made of `From`. */
export interface OwnMetric<From> extends Partial<GraphiteMetric> {
  /** NaN where it is not known. */
  readonly value: (from: From) => number
  readonly prometheus?: PrometheusMetric
}

/** One that Graphite gets. */
export type GraphiteOwnMetric<From> = OwnMetric<From> & GraphiteMetric

/** The status of the program, its counts of snapshots, or the status of one dispatcher: as in the status file. */
export type Status = Readonly<Record<string, unknown>>

/** How a metric is called for Prometheus; its help is the summary unless given. */
type Prometheus = readonly [type: PrometheusMetric['type'], name: string, help?: string]

function metric<From>(name: string, unit: string, value: (from: From) => number, summary: string, advice: string, prometheus?: Prometheus): GraphiteOwnMetric<From> {
  const row = { name, unit, value, summary, advice }
  if (prometheus === undefined) return row
  const [type, its, help = summary] = prometheus
  return { ...row, prometheus: { type, name: `haproxystats_${its}`, help } }
}

const time = (of: keyof Making['seconds'], name: string, summary: string, advice: string) => metric<Making>(name, 'seconds', ({ seconds }) => Number(seconds[of].toFixed(6)), summary, advice)

const datapoints = (name: string, summary: string, advice: string, ...kinds: TableKind[]) => metric<Making>(name, 'count', (making) => total(kinds.map((kind) => making.datapoints[kind])), summary, advice)

/** Of haproxystats-pull; NaN without its report. */
const pulled = (name: string, unit: string, value: (report: PullReport) => number, summary: string, advice: string, prometheus: string) =>
  metric<Making>(`pull.${name}`, unit, ({ pull }) => (pull === undefined ? Number.NaN : value(pull)), summary, advice, ['gauge', `pull_${prometheus}`])

/** A number of a status. */
const at =
  (...path: readonly string[]) =>
  (status: Status): number => {
    const found = path.reduce<unknown>((value, name) => (value as Status | undefined)?.[name], status)
    return typeof found === 'number' ? found : Number.NaN
  }

/** A point in time of ISO 8601, in seconds since the epoch. */
const timeAt = (name: string) => (status: Status) => Date.parse(String(status[name])) / 1000

const count = (key: string, name: string, summary: string, advice: string, prometheus?: Prometheus) => metric(name, 'count', at(key), summary, advice, prometheus)

/** One that only Prometheus gets: Graphite keeps when values came, and draws them. */
const only = (value: (status: Status) => number, type: PrometheusMetric['type'], name: string, help: string) => ({
  value,
  prometheus: { type, name: `haproxystats_${name}`, help },
})

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

/** Of one snapshot, by the names of haproxystats 0.5.2. */
export const snapshotMetrics: readonly GraphiteOwnMetric<Making>[] = [
  time('haproxy', 'WallClockTimeHAProxy', 'Time spent on the daemon and its processes.', 'Grows with the number of processes; with many, leave out `per-process-metrics`.'),
  time('frontends', 'WallClockTimeFrontends', 'Time spent on merging and finishing frontends.', 'The largest share? `exclude-frontends`, or a shorter `frontend-metrics`.'),
  time('backends', 'WallClockTimeBackends', 'Time spent on merging and finishing backends.', 'The largest share? `exclude-backends`, or a shorter `backend-metrics`.'),
  time('servers', 'WallClockTimeServers', 'Time spent on merging and finishing servers.', 'The largest share? `skip-servers`, `server-limit`, or a shorter `server-metrics`.'),
  time('all', 'WallClockTimeAllStats', 'Time spent on everything but reading the files.', 'Far below `TotalWallClockTime`: the disk is slow.'),
  time('total', 'TotalWallClockTime', 'Time from reading the snapshot to having its datapoints.', 'Near `pull-interval`: more `workers`, fewer metrics, or `server-limit`. Near `worker-timeout`: raise that too.'),
  datapoints('MetricsHAProxy', 'Datapoints of the daemon and its processes.', 'Changes when HAProxy processes come and go, or after an upgrade of HAProxy.', 'daemon', 'process'),
  datapoints('MetricsFrontend', 'Datapoints of frontends.', 'A jump is a change of the configuration of HAProxy.', 'frontend'),
  datapoints('MetricsBackend', 'Datapoints of backends.', 'A jump is a change of the configuration of HAProxy.', 'backend'),
  datapoints('MetricsServer', 'Datapoints of servers.', 'What costs most in Graphite: see `skip-servers`, `server-metrics`, `server-limit`.', 'server', 'aggregated-server'),
  metric('Processes', 'count', ({ processes }) => processes, 'HAProxy processes whose answers the snapshot holds.', 'Below what runs: a process has no socket in `socket-dir`, or is not in `servers`; see `ProcessesFailed`.', [
    'gauge',
    'processes',
  ]),
  metric(
    'ProcessesWithInfo',
    'count',
    ({ processesWithInfo }) => processesWithInfo,
    'Those of them that answered show info, of which the metrics of the daemon are made; a page has none.',
    'Below `Processes`: the daemon block is of these only; name stats sockets beside the pages.',
    ['gauge', 'processes_with_info', 'Those of them that answered show info.'],
  ),
  metric('ProcessesFailed', 'count', ({ processesFailed }) => processesFailed, 'HAProxy processes of which an answer is missing in the snapshot.', 'Above 0: sums are too low; the log of pull names the source and the reason.', [
    'gauge',
    'processes_failed',
  ]),
  metric(
    'Complete',
    'boolean',
    ({ pull, processesFailed }) => (processesFailed === 0 && pull?.complete !== false ? 1 : 0),
    'Whether every source has answered, 1; 0 when sums are over fewer processes than there are (on-failure).',
    '0: leave these points out of sums, or set `on-failure = discard`; `_pull` in the snapshot names the source.',
    ['gauge', 'complete', 'Whether every source has answered; 0: sums are too low.'],
  ),
  pulled('WallClockTime', 'seconds', ({ seconds }) => seconds, 'Time that haproxystats-pull took to ask all sources.', 'Near `pull-timeout`: see `SlowestSource`; `leave-out` spares HAProxy work.', 'seconds'),
  pulled(
    'SlowestSource',
    'seconds',
    ({ sources }) => Math.max(0, ...sources.map(({ seconds }) => seconds)),
    'Time of the source that took longest.',
    'Much above the others: that process is busy, or far away; `_pull` in the snapshot names it.',
    'slowest_source_seconds',
  ),
  pulled('Bytes', 'bytes', ({ sources }) => total(sources.map(({ bytes }) => bytes)), 'What all sources answered.', 'Near `answer-limit` for one source: raise it before it is reached.', 'answer_bytes'),
  pulled('Retries', 'count', ({ sources }) => total(sources.map(({ retries }) => retries)), 'Attempts to connect to a source beyond the first.', 'Above 0 for long: is `stats maxconn` reached, or a process overloaded?', 'retries'),
  metric('ServersSkipped', 'count', ({ serversSkipped }) => serversSkipped, 'Servers left out by skip-servers; only with that option.', 'Nothing; more than expected: see whether servers were forgotten in maintenance.'),
  metric(
    'ServersDropped',
    'count',
    ({ serversDropped }) => serversDropped,
    'Servers left out because they are more than server-limit; only with that option.',
    'Above 0: no server is sent. Raise `server-limit`, or leave out others by `exclude-backends` or `skip-servers`.',
  ),
]

/** Of all snapshots since the start: where they are. */
export const accountMetrics: readonly GraphiteOwnMetric<Status>[] = [
  count('taken', 'SnapshotsTaken', 'Snapshots taken from the queue since the start.', 'Stands still: pull publishes nothing; see its log and status file.', ['counter', 'snapshots_taken_total', 'Snapshots taken from the queue.']),
  count('delivered', 'SnapshotsDelivered', 'Those that every destination has.', 'Grows slower than `SnapshotsTaken`: a destination is down or too slow.', ['counter', 'snapshots_delivered_total']),
  count('waiting', 'SnapshotsWaiting', 'Those that wait for a destination, now.', 'Stays above 1: `dispatcher.<name>.Waiting` says which destination, the status file why.'),
  count(
    'quarantined',
    'SnapshotsQuarantined',
    'Those that could not be processed.',
    'Rises: read the `.reason` files in `quarantine/`; a defect if the snapshot is what HAProxy answered. `haproxystats-process --requeue` has them tried again.',
    ['counter', 'snapshots_quarantined_total', 'Those that were no good.'],
  ),
  count('vanished', 'SnapshotsVanished', 'Those that another program removed from the queue before they were delivered.', 'Rises: another program removes snapshots, or the queue is full with `queue-full = drop-oldest`.', [
    'counter',
    'snapshots_vanished_total',
    'Those that were gone undelivered.',
  ]),
  count('leftOut', 'SnapshotsLeftOut', 'Incomplete ones that a destination leaves out (incomplete = discard).', 'Rises: a source does not answer; the log of pull names it and the reason.', [
    'counter',
    'snapshots_left_out_total',
    'Incomplete ones that a destination leaves out.',
  ]),
  count('dropped', 'SnapshotsDropped', 'Those that a destination lost because more waited for it than may (backlog).', 'Rises: `dispatcher.<name>.Dropped` says which destination is down or too slow for so long.', [
    'counter',
    'snapshots_dropped_total',
    'Those that a destination lost because too many waited for it.',
  ]),
]

/** Of each dispatcher. */
export const dispatcherMetrics: readonly OwnMetric<Status>[] = [
  only(({ state }) => (state === 'failing' ? 0 : 1), 'gauge', 'dispatcher_up', 'Whether it delivers, or has nothing to; 0 while it fails.'),
  count('snapshots', 'Snapshots', 'Snapshots delivered to it since the start.', 'Stands still while others grow: that destination is down; the status file has the reason.', [
    'counter',
    'dispatcher_snapshots_total',
    'Snapshots delivered to it.',
  ]),
  count('datapoints', 'Datapoints', 'Datapoints delivered to it since the start.', 'Its rate is what Graphite has to take, for sizing it.', ['counter', 'dispatcher_datapoints_total', 'Datapoints delivered to it.']),
  count('waiting', 'Waiting', 'Snapshots that wait for it, now.', 'Stays above 1: that destination is slow or down.', ['gauge', 'dispatcher_waiting_snapshots', 'Snapshots that wait for it.']),
  only(at('oldestUnconfirmed'), 'gauge', 'dispatcher_oldest_seconds', 'Age of the oldest of them.'),
  count('retries', 'Retries', 'Attempts to deliver that failed since the start.', 'Rises steadily: it refuses, resets or is too slow. Repair it, or raise `write-timeout` or `commit-timeout`.', [
    'counter',
    'dispatcher_retries_total',
    'Attempts to deliver that failed.',
  ]),
  count('replayed', 'Replayed', 'Snapshots sent again after it died, by replay.', 'Rises: the receiver dies now and then; find out why.', ['counter', 'dispatcher_replayed_total', 'Snapshots sent again after it died.']),
  count('leftOut', 'LeftOut', 'Incomplete snapshots that it leaves out since the start (incomplete = discard).', 'Rises: a source does not answer; the log of pull names it and the reason.', [
    'counter',
    'dispatcher_left_out_total',
    'Incomplete snapshots that it leaves out.',
  ]),
  count('dropped', 'Dropped', 'Snapshots that it lost since the start, because more waited for it than may.', 'Above 0: points are missing there for good. It was down or too slow for longer than `backlog` holds.', [
    'counter',
    'dispatcher_dropped_total',
    'Snapshots that it lost because too many waited for it: they are missing there for good.',
  ]),
  metric(
    'Proved',
    'count',
    ({ proof }) => (proof === 'plain' ? 0 : 1),
    '1 while its closing of the connection proves each delivery, 0 while nothing does.',
    '0: something between us and the receiver does not pass the end of a connection on; see `commit-timeout`.',
  ),
]

/** Of the program: its queue, and its workers. */
export const queueMetrics: readonly OwnMetric<Status>[] = [
  only(timeAt('start'), 'gauge', 'start_time_seconds', 'When haproxystats-process was started, since the epoch.'),
  only(timeAt('lastScan'), 'gauge', 'last_scan_timestamp_seconds', 'When the queue was last looked at.'),
  only(at('queueSize'), 'gauge', 'queue_snapshots', 'Snapshots that wait for a destination.'),
  only(at('oldest'), 'gauge', 'queue_oldest_seconds', 'Age of the oldest of them.'),
]
export const workerMetrics: readonly OwnMetric<Status>[] = [
  only(
    ({ workers }) => {
      const { threads } = (workers ?? {}) as { threads?: unknown }
      return Array.isArray(threads) ? threads.length : Number.NaN
    },
    'gauge',
    'workers',
    'Worker threads that are alive.',
  ),
  only(at('workers', 'configured'), 'gauge', 'workers_configured', 'How many there may be.'),
  only(at('workers', 'replaced'), 'counter', 'workers_replaced_total', 'Those that had to be replaced.'),
]

/** Those that Graphite gets. */
export function graphiteMetrics<From>(metrics: readonly OwnMetric<From>[]): GraphiteOwnMetric<From>[] {
  return metrics.filter((one): one is GraphiteOwnMetric<From> => one.name !== undefined)
}

const object: ObjectName = { path: 'haproxystats' }

/** The table of own metrics, and of those that only the main thread knows. */
export function ownTable(making: Making, accounts: Readonly<Record<string, number>> = {}): Table {
  return {
    kind: 'own',
    objects: [object],
    fields: [...snapshotMetrics.map(({ name }) => name), ...Object.keys(accounts)],
    values: Float64Array.from([...snapshotMetrics.map(({ value }) => value(making)), ...Object.values(accounts)]),
    bigIntegers: new Map(),
  }
}
