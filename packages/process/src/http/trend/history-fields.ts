import { infoFieldByName, statFieldByName } from '@haproxystats/haproxy'
import { type RowKind, rowKinds } from '../live/view.ts'

/** What has series: the rows of `show stat`, `show info` of each process, and all of it together. */
export const bandKinds = ['daemon', 'process', ...rowKinds] as const
export type BandKind = (typeof bandKinds)[number]

/** Where a series' values come from. */
export type SeriesSource =
  | { readonly gauge: string }
  /** Counters of a row: what they grow by in a second, together. */
  | { readonly counters: readonly string[] }
  /** The column `status`, as its level in `stateLevels`. */
  | { readonly state: string }
  | { readonly info: string }
  | { readonly infoCounter: string }
  /** What is left of `Idle_pct`. */
  | { readonly busy: string }
  /** The sum of a series over all rows of these kinds. */
  | { readonly total: string; readonly of: readonly RowKind[] }

/** One series of every row of a kind. */
export interface HistoryField {
  /** HAProxy's name; with `/s` behind a counter's what it grows by in a second. */
  readonly name: string
  readonly unit: string
  readonly source: SeriesSource
  /** The mean of five minutes hides what an operator looks for: their largest value is kept too. */
  readonly peak?: true
}

const peak = { peak: true } as const

function gauge(name: string): HistoryField {
  return { name, unit: statFieldByName.get(name)?.unit ?? 'count', source: { gauge: name } }
}

/** `errors/s` is of several counters, everything else of its own. */
function rate(name: string, counters: readonly string[] = [name]): HistoryField {
  const unit = statFieldByName.get(counters[0] as string)?.unit
  return { name: `${name}/s`, unit: unit === 'bytes' ? 'bytes/s' : '1/s', source: { counters } }
}

function info(name: string): HistoryField {
  return { name, unit: infoFieldByName.get(name)?.unit ?? 'count', source: { info: name } }
}

function infoRate(name: string): HistoryField {
  return { name: `${name}/s`, unit: '1/s', source: { infoCounter: name } }
}

function total({ name, unit }: HistoryField, ...of: RowKind[]): HistoryField {
  return { name, unit, source: { total: name, of } }
}

const status: HistoryField = { name: 'status', unit: 'state', source: { state: 'status' } }
const times = ['qtime', 'ctime', 'rtime', 'ttime'].map(gauge)
const responses = ['hrsp_2xx', 'hrsp_4xx'].map((name) => rate(name))
const failures: HistoryField = { ...rate('hrsp_5xx'), ...peak }

/** What an operator calls an error: of clients, and of servers. */
export const errorCounters: Readonly<Record<RowKind, readonly string[]>> = {
  frontend: ['ereq'],
  listener: ['ereq'],
  backend: ['econ', 'eresp'],
  server: ['econ', 'eresp'],
}
const errors = (kind: RowKind): HistoryField => ({ ...rate('errors', errorCounters[kind]), ...peak })

const process: readonly HistoryField[] = [
  { name: 'CpuUsagePct', unit: 'percent', source: { busy: 'Idle_pct' }, ...peak },
  { ...info('CurrConns'), ...peak },
  { ...info('SessRate'), ...peak },
  ...['Maxconn', 'ConnRate', 'SslRate', 'CurrSslConns', 'BytesOutRate', 'Tasks', 'Run_queue', 'PoolUsed_MB'].map(info),
  ...['Uptime_sec', 'Stopping'].map(info),
  ...['CumReq', 'CumConns'].map(infoRate),
]

const frontend: readonly HistoryField[] = [
  status,
  { ...gauge('scur'), ...peak },
  { ...gauge('req_rate'), ...peak },
  ...['rate', 'conn_rate'].map(gauge),
  ...['bin', 'bout', 'dreq'].map((name) => rate(name)),
  ...responses,
  failures,
  errors('frontend'),
]

const backend: readonly HistoryField[] = [
  status,
  { ...gauge('scur'), ...peak },
  { ...gauge('qcur'), ...peak },
  ...['rate', 'act', 'bck'].map(gauge),
  ...['bin', 'bout', 'wretr', 'wredis'].map((name) => rate(name)),
  ...responses,
  failures,
  errors('backend'),
  ...times,
]

/** The table of all series. Servers are by far the most rows, so theirs are the fewest. */
export const historyFields: Readonly<Record<BandKind, readonly HistoryField[]>> = {
  daemon: [
    ...process,
    ...['scur', 'req_rate', 'rate'].map((name) => total(gauge(name), 'frontend')),
    ...['bin', 'bout'].map((name) => total(rate(name), 'frontend')),
    ...[...responses, failures].map((field) => total(field, 'frontend')),
    { ...total(errors('frontend'), 'frontend', 'backend'), ...peak },
    { ...total(gauge('qcur'), 'backend'), ...peak },
  ],
  process,
  frontend,
  backend,
  server: [
    status,
    gauge('scur'),
    { ...gauge('qcur'), ...peak },
    gauge('rate'),
    ...['bin', 'bout'].map((name) => rate(name)),
    failures,
    errors('server'),
    ...times,
  ],
  listener: [status, gauge('scur'), ...['stot', 'bin', 'bout'].map((name) => rate(name)), errors('listener')],
}

/** Which kind of row a key names. */
export function kindOfKey(key: string): BandKind | undefined {
  if (key === 'daemon') return 'daemon'
  const letter = key[1] === ':' ? key[0] : undefined
  return letter === 'p' ? 'process' : rowKinds.find((kind) => kind[0] === letter)
}
