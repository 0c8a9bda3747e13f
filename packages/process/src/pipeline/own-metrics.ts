import type { ObjectName, Table, TableKind } from '../types/table.ts'

/** What is known of the making of one snapshot's datapoints; times in seconds, counts of datapoints by kind of table. */
export interface Making {
  readonly seconds: Readonly<Record<'haproxy' | 'frontends' | 'backends' | 'servers' | 'all' | 'total', number>>
  readonly datapoints: Readonly<Record<TableKind, number>>
  /** HAProxy processes that answered, and those of which an answer is missing. */
  readonly processes: number
  readonly processesFailed: number
  /** Servers left out by `skip-servers` and `server-limit`; NaN without these options. */
  readonly serversSkipped: number
  readonly serversDropped: number
}

/** One metric of haproxystats itself. */
export interface OwnMetric {
  readonly name: string
  readonly unit: string
  readonly summary: string
  readonly value: (making: Making) => number
}

const time = (of: keyof Making['seconds'], name: string, summary: string): OwnMetric => ({
  name,
  unit: 'seconds',
  summary,
  value: ({ seconds }) => Number(seconds[of].toFixed(6)),
})

const count = (name: string, summary: string, ...kinds: TableKind[]): OwnMetric => ({
  name,
  unit: 'count',
  summary,
  value: ({ datapoints }) => kinds.reduce((sum, kind) => sum + datapoints[kind], 0),
})

/** Metrics below `haproxystats.`, by the names of haproxystats 0.5.2. */
export const ownMetrics: readonly OwnMetric[] = [
  time('haproxy', 'WallClockTimeHAProxy', 'Time spent on the daemon and its processes.'),
  time('frontends', 'WallClockTimeFrontends', 'Time spent on merging and finishing frontends.'),
  time('backends', 'WallClockTimeBackends', 'Time spent on merging and finishing backends.'),
  time('servers', 'WallClockTimeServers', 'Time spent on merging and finishing servers.'),
  time('all', 'WallClockTimeAllStats', 'Time spent on everything but reading the files.'),
  time('total', 'TotalWallClockTime', 'Time from reading the snapshot to having its datapoints.'),
  count('MetricsHAProxy', 'Datapoints of the daemon and its processes.', 'daemon', 'process'),
  count('MetricsFrontend', 'Datapoints of frontends.', 'frontend'),
  count('MetricsBackend', 'Datapoints of backends.', 'backend'),
  count('MetricsServer', 'Datapoints of servers.', 'server', 'aggregated-server'),
  {
    name: 'Processes',
    unit: 'count',
    summary: 'HAProxy processes whose answers the snapshot holds.',
    value: ({ processes }) => processes,
  },
  {
    name: 'ProcessesFailed',
    unit: 'count',
    summary: 'HAProxy processes of which an answer is missing in the snapshot.',
    value: ({ processesFailed }) => processesFailed,
  },
  {
    name: 'ServersSkipped',
    unit: 'count',
    summary: 'Servers left out by skip-servers; only with that option.',
    value: ({ serversSkipped }) => serversSkipped,
  },
  {
    name: 'ServersDropped',
    unit: 'count',
    summary: 'Servers left out because they are more than server-limit; only with that option.',
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
    wide: new Map(),
  }
}
