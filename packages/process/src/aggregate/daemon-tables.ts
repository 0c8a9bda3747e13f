import { type Info, infoInteger, infoNumber } from '@haproxystats/haproxy/read'
import { segmentOf, shortHash } from '../types/segment.ts'
import type { ObjectName, Table } from '../types/table.ts'
import { Accumulator, unweighed } from './accumulator.ts'
import type { Column } from './column.ts'
import type { RowMetric } from './derived/derived.ts'
import { rowMetrics } from './derived/row-metrics.ts'
import { spreadMetrics } from './derived/spread-metrics.ts'
import { defaultPlan } from './plan.ts'

/** One process as it described itself. */
export interface Process {
  readonly source: string
  readonly info: Info
}

export interface DaemonSettings {
  readonly percentages: boolean
  readonly perProcess: boolean
  /** Counters of processes that ended, to be added to the daemon's. */
  readonly carried?: readonly Info[]
  /** Told of a field of which a datapoint is left out because its line holds something that is no number. */
  readonly onBroken?: (field: string) => void
}

/** Whether a process has been told to stop: it serves what it still has and takes nothing new. HAProxy 1.9 and newer say. */
export function isStopping(info: Info): boolean {
  return infoNumber(info, 'Stopping') === 1
}

/** What a process weighs in the mean of a column. */
export function weightOf(info: Info, { weight }: Column): number {
  return weight === undefined || !info.has(weight) ? unweighed : infoNumber(info, weight)
}

/** The tables `daemon`, one row merged over all processes, and `process`, a row each. Without a process there are none. */
export function daemonTables(
  processes: readonly Process[],
  columns: readonly Column[],
  settings: DaemonSettings,
): Table[] {
  if (processes.length === 0) return []
  const metrics = rowMetrics.filter(({ percentage }) => settings.percentages || !percentage)
  const { carried = [], onBroken = () => undefined } = settings
  const tables = [daemonTable(processes, columns, { metrics, carried, onBroken })]
  if (settings.perProcess) tables.push(processTable(processes, columns, metrics))
  return tables
}

function daemonTable(
  processes: readonly Process[],
  chosen: readonly Column[],
  {
    metrics,
    carried,
    onBroken,
  }: { metrics: readonly RowMetric[] } & Required<Pick<DaemonSettings, 'carried' | 'onBroken'>>,
): Table {
  const ofRow = processes.length === 1 ? metrics : metrics.filter(({ name }) => name !== 'CpuUsagePct')
  const sent = [...chosen, secondsSinceReload]
  const columns = [...sent, ...unlisted(ofRow, sent)]
  const merged = new Accumulator(columns)
  const row = merged.addRow()
  for (const info of [...processes.map((process) => process.info), ...carried]) {
    const stopping = isStopping(info)
    columns.forEach((its, column) => {
      const { field, cell } = its
      const name = cell ?? field
      const whole = infoInteger(info, name)
      if (whole !== undefined && merged.addBigInteger(row, column, whole)) return
      const value = infoNumber(info, name)
      if (Number.isNaN(value) && (info.get(name) ?? '') !== '') {
        merged.break(row, column)
        onBroken(field)
        return
      }
      merged.add(row, column, value, weightOf(info, its), stopping)
    })
  }
  const { values, bigIntegers } = merged.finish()
  const derived = derive(fieldsOf(columns), values, ofRow)
  const spread = processes.length === 1 ? [] : spreadOver(processes)
  return {
    kind: 'daemon',
    objects: [{ path: 'daemon' }],
    fields: [...fieldsOf(sent), ...ofRow.map(({ name }) => name), ...spread.map(({ name }) => name)],
    values: Float64Array.from([...values.subarray(0, sent.length), ...derived, ...spread.map(({ value }) => value)]),
    bigIntegers,
  }
}

/** The process that was started last is the one of the last reload. */
const secondsSinceReload: Column = {
  field: 'SecondsSinceReload',
  cell: 'Uptime_sec',
  merge: 'min',
  emptyIsZero: false,
  counter: false,
}

/** Columns that derived metrics are made of and nobody asked for. */
function unlisted(metrics: readonly RowMetric[], columns: readonly Column[]): Column[] {
  const listed = new Set(fieldsOf(columns))
  const missing = new Set(metrics.flatMap(({ needs }) => needs).filter((field) => !listed.has(field)))
  return defaultPlan.daemon.filter(({ field }) => missing.has(field))
}

function fieldsOf(columns: readonly Column[]): string[] {
  return columns.map(({ field }) => field)
}

function spreadOver(processes: readonly Process[]): { name: string; value: number }[] {
  return spreadMetrics.map(({ name, of, compute }) => {
    const metric = rowMetrics.find((candidate) => candidate.name === of) as RowMetric
    const values = processes
      .filter(({ info }) => !isStopping(info))
      .map(({ info }) => computeFrom(metric, (field) => infoNumber(info, field)))
      .filter((value) => !Number.isNaN(value))
    return { name, value: values.length > 1 ? compute(values) : Number.NaN }
  })
}

function processTable(processes: readonly Process[], columns: readonly Column[], metrics: readonly RowMetric[]): Table {
  const fields = fieldsOf(columns)
  const all = [...fields, ...fieldsOf(unlisted(metrics, columns))]
  const bigIntegers = new Map<number, bigint>()
  const width = fields.length + metrics.length
  const rows = processes.map(({ info }, row) => {
    const values = Float64Array.from(all, (field) => infoNumber(info, field))
    fields.forEach((field, column) => {
      const whole = infoInteger(info, field)
      if (whole !== undefined) bigIntegers.set(row * width + column, whole)
    })
    return [...values.subarray(0, fields.length), ...derive(all, values, metrics)]
  })
  return {
    kind: 'process',
    objects: processObjects(processes),
    fields: [...fields, ...metrics.map(({ name }) => name)],
    values: Float64Array.from(rows.flat()),
    bigIntegers,
  }
}

/** The process number where it tells the processes apart (nbproc), else the name of the source. */
function processObjects(processes: readonly Process[]): ObjectName[] {
  const numbers = processes.map(({ info }) => info.get('Process_num') ?? '')
  const byNumber = new Set(numbers).size === numbers.length && !numbers.includes('')
  const names = byNumber ? numbers : processes.map(({ source }) => source)
  const segments = names.map(segmentOf)
  return segments.map((segment, index) => {
    const name = names[index] as string
    const alike = segments.filter((other) => other === segment).length > 1 && segment !== name
    return { path: `daemon.process.${alike ? `${segment}-${shortHash(name)}` : segment}` }
  })
}

function derive(fields: readonly string[], values: Float64Array, metrics: readonly RowMetric[]): number[] {
  return metrics.map((metric) => computeFrom(metric, (field) => values[fields.indexOf(field)] ?? Number.NaN))
}

function computeFrom({ needs, compute }: RowMetric, numberOf: (field: string) => number): number {
  const given = Object.fromEntries(needs.map((field) => [field, numberOf(field)]))
  return Object.values(given).some(Number.isNaN) ? Number.NaN : compute(given)
}
