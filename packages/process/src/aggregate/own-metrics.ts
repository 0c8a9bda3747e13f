import type { PullReport } from '@haproxystats/core'
import type { ObjectName, Table, TableKind } from '../types/table.ts'

/** What is known of the making of one snapshot's datapoints; times in seconds, counts of datapoints by kind of table. */
export interface Making {
  readonly seconds: Readonly<Record<'haproxy' | 'frontends' | 'backends' | 'servers' | 'all' | 'total', number>>
  readonly datapoints: Readonly<Record<TableKind, number>>
  /** HAProxy processes that answered, those of them that answered `show info`, and those of which an answer is missing. */
  readonly processes: number
  readonly processesWithInfo: number
  readonly processesFailed: number
  /** Servers left out by `skip-servers` and `server-limit`; NaN without these options. */
  readonly serversSkipped: number
  readonly serversDropped: number
  /** What haproxystats-pull says of its part; without it when it is older than that. */
  readonly pull: PullReport | undefined
}

/** One metric of haproxystats itself. */
export interface OwnMetric {
  readonly name: string
  readonly unit: string
  readonly summary: string
  /** What its value asks of an operator. */
  readonly advice: string
  readonly value: (making: Making) => number
}

const time = (of: keyof Making['seconds'], name: string, summary: string, advice: string): OwnMetric => ({
  name,
  unit: 'seconds',
  summary,
  advice,
  value: ({ seconds }) => Number(seconds[of].toFixed(6)),
})

const count = (name: string, summary: string, advice: string, ...kinds: TableKind[]): OwnMetric => ({
  name,
  unit: 'count',
  summary,
  advice,
  value: ({ datapoints }) => kinds.reduce((sum, kind) => sum + datapoints[kind], 0),
})

/** A metric of haproxystats-pull; NaN without its report. */
const pulled = (
  name: string,
  unit: OwnMetric['unit'],
  summary: string,
  advice: string,
  value: (report: PullReport) => number,
): OwnMetric => ({
  name: `pull.${name}`,
  unit,
  summary,
  advice,
  value: ({ pull }) => (pull === undefined ? Number.NaN : value(pull)),
})

const sum = ({ sources }: PullReport, of: 'bytes' | 'retries') =>
  sources.reduce((total, source) => total + source[of], 0)

/** Metrics below `haproxystats.`, by the names of haproxystats 0.5.2. */
export const ownMetrics: readonly OwnMetric[] = [
  time(
    'haproxy',
    'WallClockTimeHAProxy',
    'Time spent on the daemon and its processes.',
    'Grows with the number of processes; with many, leave out `per-process-metrics`.',
  ),
  time(
    'frontends',
    'WallClockTimeFrontends',
    'Time spent on merging and finishing frontends.',
    'The largest share? `exclude-frontends`, or a shorter `frontend-metrics`.',
  ),
  time(
    'backends',
    'WallClockTimeBackends',
    'Time spent on merging and finishing backends.',
    'The largest share? `exclude-backends`, or a shorter `backend-metrics`.',
  ),
  time(
    'servers',
    'WallClockTimeServers',
    'Time spent on merging and finishing servers.',
    'The largest share? `skip-servers`, `server-limit`, or a shorter `server-metrics`.',
  ),
  time(
    'all',
    'WallClockTimeAllStats',
    'Time spent on everything but reading the files.',
    'Far below `TotalWallClockTime`: the disk is slow.',
  ),
  time(
    'total',
    'TotalWallClockTime',
    'Time from reading the snapshot to having its datapoints.',
    'Near `pull-interval`: more `workers`, fewer metrics, or `server-limit`. Near `worker-timeout`: raise that too.',
  ),
  count(
    'MetricsHAProxy',
    'Datapoints of the daemon and its processes.',
    'Changes when HAProxy processes come and go, or after an upgrade of HAProxy.',
    'daemon',
    'process',
  ),
  count(
    'MetricsFrontend',
    'Datapoints of frontends.',
    'A jump is a change of the configuration of HAProxy.',
    'frontend',
  ),
  count('MetricsBackend', 'Datapoints of backends.', 'A jump is a change of the configuration of HAProxy.', 'backend'),
  count(
    'MetricsServer',
    'Datapoints of servers.',
    'What costs most in Graphite: see `skip-servers`, `server-metrics`, `server-limit`.',
    'server',
    'aggregated-server',
  ),
  {
    name: 'Processes',
    unit: 'count',
    summary: 'HAProxy processes whose answers the snapshot holds.',
    advice: 'Below what runs: a process has no socket in `socket-dir`, or is not in `servers`; see `ProcessesFailed`.',
    value: ({ processes }) => processes,
  },
  {
    name: 'ProcessesWithInfo',
    unit: 'count',
    summary: 'Those of them that answered show info, of which the metrics of the daemon are made; a page has none.',
    advice: 'Below `Processes`: the daemon block is of these only; name stats sockets beside the pages.',
    value: ({ processesWithInfo }) => processesWithInfo,
  },
  {
    name: 'ProcessesFailed',
    unit: 'count',
    summary: 'HAProxy processes of which an answer is missing in the snapshot.',
    advice: 'Above 0: sums are too low; the log of pull names the source and the reason.',
    value: ({ processesFailed }) => processesFailed,
  },
  {
    name: 'Complete',
    unit: 'boolean',
    summary: 'Whether every source has answered, 1; 0 when sums are over fewer processes than there are (on-failure).',
    advice:
      '0: leave these points out of sums, or set `on-failure = discard`; `_pull` in the snapshot names the source.',
    value: ({ pull, processesFailed }) => (processesFailed === 0 && pull?.complete !== false ? 1 : 0),
  },
  pulled(
    'WallClockTime',
    'seconds',
    'Time that haproxystats-pull took to ask all sources.',
    'Near `pull-timeout`: see `SlowestSource`; `leave-out` spares HAProxy work.',
    ({ seconds }) => seconds,
  ),
  pulled(
    'SlowestSource',
    'seconds',
    'Time of the source that took longest.',
    'Much above the others: that process is busy, or far away; `_pull` in the snapshot names it.',
    ({ sources }) => sources.reduce((slowest, { seconds }) => Math.max(slowest, seconds), 0),
  ),
  pulled(
    'Bytes',
    'bytes',
    'What all sources answered.',
    'Near `answer-limit` for one source: raise it before it is reached.',
    (report) => sum(report, 'bytes'),
  ),
  pulled(
    'Retries',
    'count',
    'Attempts to connect to a source beyond the first.',
    'Above 0 for long: is `stats maxconn` reached, or a process overloaded?',
    (report) => sum(report, 'retries'),
  ),
  {
    name: 'ServersSkipped',
    unit: 'count',
    summary: 'Servers left out by skip-servers; only with that option.',
    advice: 'Nothing; more than expected: see whether servers were forgotten in maintenance.',
    value: ({ serversSkipped }) => serversSkipped,
  },
  {
    name: 'ServersDropped',
    unit: 'count',
    summary: 'Servers left out because they are more than server-limit; only with that option.',
    advice:
      'Above 0: no server is sent. Raise `server-limit`, or leave out others by `exclude-backends` or `skip-servers`.',
    value: ({ serversDropped }) => serversDropped,
  },
]

const object: ObjectName = { path: 'haproxystats' }

/** The table of own metrics, and of those that only the main thread knows. */
export function ownTable(making: Making, accounts: Readonly<Record<string, number>> = {}): Table {
  return {
    kind: 'own',
    objects: [object],
    fields: [...ownMetrics.map(({ name }) => name), ...Object.keys(accounts)],
    values: Float64Array.from([...ownMetrics.map(({ value }) => value(making)), ...Object.values(accounts)]),
    bigIntegers: new Map(),
  }
}
