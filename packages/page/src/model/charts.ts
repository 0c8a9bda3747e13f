import { bytes, count, milliseconds, percent, rate } from './format.ts'

/** One chart of a panel: series of one unit. Those that the history does not have are left out. */
export interface ChartPlan {
  readonly title: string
  readonly unit: string
  readonly format: (value: number) => string
  /** There are no halves of it. */
  readonly isWhole?: true
  /** Fields of the history with the names that a reader knows. */
  readonly series: readonly (readonly [field: string, label: string])[]
}

const sessions: ChartPlan = {
  ...{ title: 'Sessions', unit: '', format: count, isWhole: true },
  series: [
    ['scur', 'open'],
    ['qcur', 'queued'],
  ],
}

const rates: ChartPlan = {
  ...{ title: 'Rate', unit: '/s', format: rate },
  series: [
    ['rate', 'sessions'],
    ['req_rate', 'requests'],
    ['conn_rate', 'connections'],
    ['stot/s', 'sessions'],
  ],
}

const traffic: ChartPlan = {
  ...{ title: 'Traffic', unit: 'B/s', format: bytes, isWhole: true },
  series: [
    ['bin/s', 'in'],
    ['bout/s', 'out'],
  ],
}

const failures: ChartPlan = {
  ...{ title: 'Errors', unit: '/s', format: rate },
  series: [
    ['errors/s', 'errors'],
    ['hrsp_5xx/s', '5xx'],
    ['hrsp_4xx/s', '4xx'],
    ['dreq/s', 'denied'],
    ['wretr/s', 'retries'],
    ['wredis/s', 'redispatches'],
  ],
}

const times: ChartPlan = {
  ...{ title: 'Times', unit: 'ms', format: milliseconds, isWhole: true },
  series: [
    ['qtime', 'queue'],
    ['ctime', 'connect'],
    ['rtime', 'response'],
    ['ttime', 'total'],
  ],
}

const ofProcess: readonly ChartPlan[] = [
  { title: 'CPU', unit: '', format: percent, isWhole: true, series: [['CpuUsagePct', 'busy']] },
  { title: 'Connections', unit: '', format: count, isWhole: true, series: [['CurrConns', 'open']] },
  {
    ...{ title: 'Rate', unit: '/s', format: rate },
    series: [
      ['SessRate', 'sessions'],
      ['ConnRate', 'connections'],
      ['SslRate', 'TLS'],
      ['CumReq/s', 'requests'],
    ],
  },
  { title: 'Traffic', unit: 'B/s', format: bytes, isWhole: true, series: [['BytesOutRate', 'out']] },
  {
    ...{ title: 'Work', unit: '', format: count, isWhole: true },
    series: [
      ['Tasks', 'tasks'],
      ['Run_queue', 'run queue'],
    ],
  },
]

/** The charts of the row or process with this key, in their order. */
export function chartsOf(key: string): readonly ChartPlan[] {
  return key.startsWith('p:') || key === 'daemon' ? ofProcess : [sessions, rates, traffic, failures, times]
}

export const fieldsOf = (plans: readonly ChartPlan[]): readonly string[] => [
  ...new Set(plans.flatMap(({ series }) => series.map(([field]) => field))),
]

/** The numbers at the top of the page: what all processes do together. */
export interface Total {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** Of the overview's totals and of the history of the key `daemon`; they add up. */
  readonly fields: readonly string[]
  readonly format: (value: number | null) => string
  /** More than a few for each of what this other total counts is not everyday trouble. */
  readonly shareOf?: string
}

export const totals: readonly Total[] = [
  { id: 'sessions', title: 'Sessions', unit: '', fields: ['scur'], format: count },
  { id: 'rate', title: 'Session rate', unit: '/s', fields: ['rate'], format: rate },
  { id: 'requests', title: 'Requests', unit: '/s', fields: ['req_rate'], format: rate },
  {
    ...{ id: 'errors', title: 'Errors', unit: '/s', fields: ['errors/s'] },
    ...{ format: rate, shareOf: 'requests' },
  },
  {
    ...{ id: '5xx', title: '5xx', unit: '/s', fields: ['hrsp_5xx/s'], format: rate },
    shareOf: 'requests',
  },
  { id: 'in', title: 'In', unit: 'B/s', fields: ['bin/s'], format: bytes },
  { id: 'out', title: 'Out', unit: 'B/s', fields: ['bout/s'], format: bytes },
]
