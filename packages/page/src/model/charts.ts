import { bytes, count, milliseconds, percent, rate } from './format.ts'

/** One chart of a panel: series of one unit. Series that the history does not have are left out. */
export interface ChartPlan {
  readonly title: string
  readonly unit: string
  readonly format: (value: number) => string
  /** Its axis has no fractions. */
  readonly isWhole: boolean
  /** Fields of the history with their labels. */
  readonly series: readonly (readonly [field: string, label: string])[]
}

/** How numbers of a kind are shown. */
const measures = {
  count: { unit: '', format: count, isWhole: true },
  percent: { unit: '', format: percent, isWhole: true },
  perSecond: { unit: '/s', format: rate, isWhole: false },
  bytesPerSecond: { unit: 'B/s', format: bytes, isWhole: true },
  milliseconds: { unit: 'ms', format: milliseconds, isWhole: true },
} as const

type Labels = Readonly<Record<string, string>>

const chart = (title: string, measure: keyof typeof measures, labels: Labels): ChartPlan => ({
  title,
  ...measures[measure],
  series: Object.entries(labels),
})

const ofRow: readonly ChartPlan[] = [
  chart('Sessions', 'count', { scur: 'open', qcur: 'queued' }),
  chart('Rate', 'perSecond', {
    rate: 'sessions',
    req_rate: 'requests',
    conn_rate: 'connections',
    'stot/s': 'sessions',
  }),
  chart('Traffic', 'bytesPerSecond', { 'bin/s': 'in', 'bout/s': 'out' }),
  chart('Errors', 'perSecond', {
    'errors/s': 'errors',
    'hrsp_5xx/s': '5xx',
    'hrsp_4xx/s': '4xx',
    'dreq/s': 'denied',
    'wretr/s': 'retries',
    'wredis/s': 'redispatches',
  }),
  chart('Times', 'milliseconds', { qtime: 'queue', ctime: 'connect', rtime: 'response', ttime: 'total' }),
]

const ofProcess: readonly ChartPlan[] = [
  chart('CPU', 'percent', { CpuUsagePct: 'busy' }),
  chart('Connections', 'count', { CurrConns: 'open' }),
  chart('Rate', 'perSecond', { SessRate: 'sessions', ConnRate: 'connections', SslRate: 'TLS', 'CumReq/s': 'requests' }),
  chart('Traffic', 'bytesPerSecond', { BytesOutRate: 'out' }),
  chart('Work', 'count', { Tasks: 'tasks', Run_queue: 'run queue' }),
]

/** The charts of the row or process with this key, in their order. */
export const chartsOf = (key: string): readonly ChartPlan[] =>
  key.startsWith('p:') || key === 'daemon' ? ofProcess : ofRow

export const fieldsOf = (plans: readonly ChartPlan[]): readonly string[] => [
  ...new Set(plans.flatMap(({ series }) => series.map(([field]) => field))),
]

/** One of the numbers at the top of the page, over all processes. */
export interface Total {
  readonly title: string
  readonly unit: string
  /** A field of the overview's totals and of the history of the key `daemon`. */
  readonly field: string
  readonly format: (value: number | null) => string
  /** The field of another total: more than a small share of it is alarming. */
  readonly shareOf?: string
}

export const totals: readonly Total[] = [
  { title: 'Sessions', unit: '', field: 'scur', format: count },
  { title: 'Session rate', unit: '/s', field: 'rate', format: rate },
  { title: 'Requests', unit: '/s', field: 'req_rate', format: rate },
  { title: 'Errors', unit: '/s', field: 'errors/s', format: rate, shareOf: 'req_rate' },
  { title: '5xx', unit: '/s', field: 'hrsp_5xx/s', format: rate, shareOf: 'req_rate' },
  { title: 'In', unit: 'B/s', field: 'bin/s', format: bytes },
  { title: 'Out', unit: 'B/s', field: 'bout/s', format: bytes },
]
