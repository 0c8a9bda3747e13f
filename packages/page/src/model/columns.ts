import type { WireRow } from '../api/answers.ts'
import { bytes, count, duration, exact, milliseconds, rate } from './format.ts'
import { isProxy, kindOf, nameOf, proxyOf, type Reader, serviceOf } from './row.ts'
import { stateOf } from './state.ts'

/** One column of the big table. */
export interface Column {
  readonly id: string
  readonly title: string
  /** Under the title; what the numbers are counted in. */
  readonly unit?: string
  /** The whole name and what it means, for those who point at it or cannot see it. */
  readonly summary: string
  /** Fields of `/api/v1/rows` that it is made from. */
  readonly fields: readonly string[]
  /** Pixels. */
  readonly width: number
  /** The smaller, the longer it stays when there is little room. */
  readonly priority: number
  /** What it is sorted by; undefined is shown as absent, and sorted last. */
  value(row: WireRow, reader: Reader): number | string | undefined
  /** How a number is shown. */
  format?(value: number): string
  /** Whether so much of it is more than everyday trouble. */
  isAlarming?(value: number, row: WireRow, reader: Reader): boolean
  /** More, for those who point at a cell. */
  detail?(row: WireRow, reader: Reader): string
}

/** The sum of what is there; undefined when nothing is. */
function total(row: WireRow, reader: Reader, fields: readonly string[]): number | undefined {
  let sum: number | undefined
  for (const field of fields) {
    const value = reader.number(row, field)
    if (value !== undefined) sum = (sum ?? 0) + value
  }
  return sum
}

type NumberColumn = Omit<Column, 'value' | 'detail'>

/** A column of numbers whose value is the sum of its fields. */
function numbers(column: NumberColumn): Column {
  const { fields } = column
  const detail = (row: WireRow, reader: Reader) =>
    fields.map((field) => `${field} ${exact(reader.number(row, field))}`).join(', ')
  return { ...column, value: (row, reader) => total(row, reader, fields), detail }
}

/** From this share of requests or sessions on, errors are not the few that every service always has. */
export const alarmingShare = 0.01

const isLarge = (value: number, row: WireRow, reader: Reader) =>
  value > alarmingShare * Math.max(reader.number(row, 'req_tot/s') ?? 0, reader.number(row, 'rate') ?? 0)

/** HAProxy counts from the last change of state, -1 or absent where there was none. */
const age = (row: WireRow, reader: Reader) => {
  const seconds = reader.number(row, 'lastchg')
  return seconds === undefined || seconds < 0 ? undefined : seconds
}

const limits = (row: WireRow, reader: Reader) => {
  const [now, most, limit] = ['scur', 'smax', 'slim'].map((field) => exact(reader.number(row, field)))
  return `scur ${now}, smax ${most}, slim ${limit}`
}

/** All columns in the order in which they stand. The first stays whatever happens. */
export const columns: readonly Column[] = [
  {
    ...{ id: 'name', title: 'Name', summary: 'Name as in the configuration', fields: [], width: 150, priority: 0 },
    value: (row) => (isProxy(row) ? proxyOf(row) : `${proxyOf(row)}/${serviceOf(row)}`),
    detail: (row) => `${kindOf(row)} ${isProxy(row) ? nameOf(row) : `${proxyOf(row)}/${serviceOf(row)}`}`,
  },
  {
    ...{ id: 'state', title: 'State', summary: 'State: the worst of all processes', fields: ['status'] },
    ...{ width: 104, priority: 1 },
    value: (row, reader) => stateOf(reader.text(row, 'status')).rank,
  },
  {
    ...{ id: 'since', title: 'For', summary: 'Time since the last change of state', fields: ['lastchg'] },
    ...{ width: 62, priority: 5, format: duration, value: age },
  },
  {
    ...{ id: 'sessions', title: 'Sess', summary: 'Sessions open now, and their share of the limit' },
    ...{ fields: ['scur', 'slim', 'smax'], width: 66, priority: 2, format: count, detail: limits },
    value: (row, reader) => reader.number(row, 'scur'),
  },
  {
    ...{ id: 'peak', title: 'Peak', summary: 'Most sessions ever open', fields: ['smax'], width: 58, priority: 15 },
    ...{ format: count, value: (row, reader) => reader.number(row, 'smax') },
  },
  numbers({
    ...{ id: 'rate', title: 'Rate', unit: '/s', summary: 'Sessions per second', fields: ['rate'] },
    ...{ width: 58, priority: 3, format: rate },
  }),
  numbers({
    ...{ id: 'requests', title: 'Reqs', unit: '/s', summary: 'HTTP requests per second', fields: ['req_tot/s'] },
    ...{ width: 60, priority: 7, format: rate },
  }),
  numbers({
    ...{ id: 'queue', title: 'Queue', summary: 'Requests waiting for a server', fields: ['qcur'] },
    ...{ width: 58, priority: 6, format: count, isAlarming: (value) => value > 0 },
  }),
  numbers({
    ...{ id: 'errors', title: 'Errors', unit: '/s', summary: 'Errors per second: requests, connections, responses' },
    ...{ fields: ['errors/s'], width: 62, priority: 4, format: rate, isAlarming: isLarge },
  }),
  numbers({
    ...{ id: '5xx', title: '5xx', unit: '/s', summary: 'HTTP responses 5xx per second', fields: ['hrsp_5xx/s'] },
    ...{ width: 54, priority: 8, format: rate, isAlarming: isLarge },
  }),
  numbers({
    ...{ id: '4xx', title: '4xx', unit: '/s', summary: 'HTTP responses 4xx per second', fields: ['hrsp_4xx/s'] },
    ...{ width: 54, priority: 14, format: rate },
  }),
  numbers({
    ...{ id: 'retries', title: 'Retry', unit: '/s', summary: 'Retries and redispatches per second' },
    ...{ fields: ['wretr/s', 'wredis/s'], width: 56, priority: 16, format: rate },
  }),
  numbers({
    ...{ id: 'in', title: 'In', unit: 'B/s', summary: 'Bytes received per second', fields: ['bin/s'] },
    ...{ width: 60, priority: 11, format: bytes },
  }),
  numbers({
    ...{ id: 'out', title: 'Out', unit: 'B/s', summary: 'Bytes sent per second', fields: ['bout/s'] },
    ...{ width: 60, priority: 10, format: bytes },
  }),
  numbers({
    ...{ id: 'queued', title: 'Wait', unit: 'ms', summary: 'Mean time in the queue', fields: ['qtime'] },
    ...{ width: 54, priority: 18, format: milliseconds },
  }),
  numbers({
    ...{ id: 'connect', title: 'Conn', unit: 'ms', summary: 'Mean time to connect', fields: ['ctime'] },
    ...{ width: 54, priority: 17, format: milliseconds },
  }),
  numbers({
    ...{ id: 'response', title: 'Resp', unit: 'ms', summary: 'Mean time to the response', fields: ['rtime'] },
    ...{ width: 58, priority: 9, format: milliseconds },
  }),
  numbers({
    ...{ id: 'total', title: 'Total', unit: 'ms', summary: 'Mean time of a session', fields: ['ttime'] },
    ...{ width: 58, priority: 13, format: milliseconds },
  }),
  {
    ...{ id: 'weight', title: 'Wght', summary: 'Weight', fields: ['weight', 'bck'], width: 52, priority: 19 },
    ...{ format: count, value: (row, reader) => reader.number(row, 'weight') },
  },
  {
    ...{ id: 'check', title: 'Check', summary: 'The last health check', fields: ['check_status', 'last_chk'] },
    ...{ width: 92, priority: 20, value: (row, reader) => reader.text(row, 'check_status') },
    detail: (row, reader) => reader.text(row, 'last_chk') ?? '',
  },
  {
    ...{ id: 'trend', title: 'Last hour', summary: 'Sessions per second in the last hour', fields: ['rate'] },
    ...{ width: 110, priority: 12, value: (row, reader) => reader.number(row, 'rate') },
  },
]

/** Every field that the table needs, once. */
export const tableFields: readonly string[] = [...new Set(columns.flatMap(({ fields }) => fields))]

/** The columns that have room in so many pixels, in their order: the most important ones, `without` some. */
export function fitColumns(width: number, nameWidth: number, without: readonly string[] = []): readonly Column[] {
  let room = width - nameWidth
  const kept = new Set(['name'])
  for (const column of columns.toSorted((a, b) => a.priority - b.priority)) {
    if (column.id === 'name' || without.includes(column.id)) continue
    room -= column.width
    if (room < 0) break
    kept.add(column.id)
  }
  return columns.filter(({ id }) => kept.has(id))
}
