import type { WireRow } from '../api/responses.ts'
import { bytes, count, duration, exact, milliseconds, rate } from './format.ts'
import { isProxy, kindOf, proxyOf, type Reader, serviceOf } from './row.ts'
import { stateOf } from './state.ts'

/** One column of the big table. */
export interface Column {
  readonly id: string
  readonly title: string
  /** Shown under the title. */
  readonly unit?: string
  /** The full name, as a tooltip and for screen readers. */
  readonly summary: string
  /** Fields of `/api/v1/rows` that it is made from. */
  readonly fields: readonly string[]
  /** Pixels. */
  readonly width: number
  /** The value to sort by; undefined is shown as absent, and sorted last. */
  value(row: WireRow, reader: Reader): number | string | undefined
  /** Formats a number. */
  format?(value: number): string
  /** Whether a value this high is an alarm. */
  isAlarming?(value: number, row: WireRow, reader: Reader): boolean
  /** The tooltip of a cell. */
  detail?(row: WireRow, reader: Reader): string
}

/** The sum of the known fields; undefined without one. */
function total(row: WireRow, reader: Reader, fields: readonly string[]): number | undefined {
  let sum: number | undefined
  for (const field of fields) {
    const value = reader.number(row, field)
    if (value !== undefined) sum = (sum ?? 0) + value
  }
  return sum
}

type Optional = Pick<Column, 'unit' | 'format' | 'isAlarming' | 'detail'>

function column(
  id: string,
  title: string,
  width: number,
  fields: string,
  summary: string,
  rest: Pick<Column, 'value'> & Optional,
): Column {
  return { id, title, width, fields: fields.split(' ').filter(Boolean), summary, ...rest }
}

/** A column whose value is the sum of its fields. */
function numbers(id: string, title: string, width: number, fields: string, summary: string, rest: Optional): Column {
  const names = fields.split(' ')
  return column(id, title, width, fields, summary, {
    value: (row, reader) => total(row, reader, names),
    detail: (row, reader) => names.map((field) => `${field} ${exact(reader.number(row, field))}`).join(', '),
    ...rest,
  })
}

const numberOf = (field: string) => (row: WireRow, reader: Reader) => reader.number(row, field)

const perSecond = { unit: '/s', format: rate }
const bytesPerSecond = { unit: 'B/s', format: bytes }
const time = { unit: 'ms', format: milliseconds }

/** Errors above this share of requests or sessions are alarming. */
export const alarmingShare = 0.01

const isLarge = (value: number, row: WireRow, reader: Reader) =>
  value > alarmingShare * Math.max(reader.number(row, 'req_tot/s') ?? 0, reader.number(row, 'rate') ?? 0)

/** Seconds since the last change of state; -1 or absent where there was none. */
const age = (row: WireRow, reader: Reader) => {
  const seconds = reader.number(row, 'lastchg')
  return seconds === undefined || seconds < 0 ? undefined : seconds
}

const limits = (row: WireRow, reader: Reader) => {
  const [now, most, limit] = ['scur', 'smax', 'slim'].map((field) => exact(reader.number(row, field)))
  return `scur ${now}, smax ${most}, slim ${limit}`
}

const fullName = (row: WireRow) => (isProxy(row) ? proxyOf(row) : `${proxyOf(row)}/${serviceOf(row)}`)

/** All columns in their order: id, title, pixels, fields, summary. */
export const columns: readonly Column[] = [
  column('name', 'Name', 150, '', 'Name as in the configuration', {
    value: fullName,
    detail: (row) => `${kindOf(row)} ${fullName(row)}`,
  }),
  column('state', 'State', 104, 'status', 'State: the worst of all processes', {
    value: (row, reader) => stateOf(reader.text(row, 'status')).rank,
  }),
  column('since', 'For', 62, 'lastchg', 'Time since the last change of state', { format: duration, value: age }),
  column('sessions', 'Sess', 66, 'scur slim smax', 'Sessions open now, and their share of the limit', {
    format: count,
    detail: limits,
    value: numberOf('scur'),
  }),
  column('peak', 'Peak', 58, 'smax', 'Most sessions ever open', { format: count, value: numberOf('smax') }),
  numbers('rate', 'Rate', 58, 'rate', 'Sessions per second', perSecond),
  numbers('requests', 'Reqs', 60, 'req_tot/s', 'HTTP requests per second', perSecond),
  numbers('queue', 'Queue', 58, 'qcur', 'Requests waiting for a server', {
    format: count,
    isAlarming: (value) => value > 0,
  }),
  numbers('errors', 'Errors', 62, 'errors/s', 'Errors per second: requests, connections, responses', {
    ...perSecond,
    isAlarming: isLarge,
  }),
  numbers('5xx', '5xx', 54, 'hrsp_5xx/s', 'HTTP responses 5xx per second', { ...perSecond, isAlarming: isLarge }),
  numbers('4xx', '4xx', 54, 'hrsp_4xx/s', 'HTTP responses 4xx per second', perSecond),
  numbers('retries', 'Retry', 56, 'wretr/s wredis/s', 'Retries and redispatches per second', perSecond),
  numbers('in', 'In', 60, 'bin/s', 'Bytes received per second', bytesPerSecond),
  numbers('out', 'Out', 60, 'bout/s', 'Bytes sent per second', bytesPerSecond),
  numbers('queued', 'Wait', 54, 'qtime', 'Mean time in the queue', time),
  numbers('connect', 'Conn', 54, 'ctime', 'Mean time to connect', time),
  numbers('response', 'Resp', 58, 'rtime', 'Mean time to the response', time),
  numbers('total', 'Total', 58, 'ttime', 'Mean time of a session', time),
  column('weight', 'Wght', 52, 'weight bck', 'Weight', { format: count, value: numberOf('weight') }),
  column('check', 'Check', 92, 'check_status last_chk', 'The last health check', {
    value: (row, reader) => reader.text(row, 'check_status'),
    detail: (row, reader) => reader.text(row, 'last_chk') ?? '',
  }),
  column('trend', 'Last hour', 110, 'rate', 'Sessions per second in the last hour', { value: numberOf('rate') }),
]

/** The ids of all columns but the name, the most important first: the last ones go first where there is little room. */
const importance =
  'state sessions rate errors since queue requests 5xx response out in trend total 4xx peak retries connect queued weight check'

/** Every field that the table needs, once. */
export const tableFields: readonly string[] = [...new Set(columns.flatMap(({ fields }) => fields))]

/** The columns that have room in so many pixels, in their order: the most important ones, `without` some. */
export function fitColumns(width: number, nameWidth: number, without: readonly string[] = []): readonly Column[] {
  let room = width - nameWidth
  const kept = new Set(['name'])
  for (const id of importance.split(' ')) {
    if (without.includes(id)) continue
    room -= columns.find((column) => column.id === id)!.width
    if (room < 0) break
    kept.add(id)
  }
  return columns.filter(({ id }) => kept.has(id))
}
