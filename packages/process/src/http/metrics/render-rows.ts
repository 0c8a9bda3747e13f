import { rowsByKind } from '../live/rows-by-kind.ts'
import type { RowKind, View, ViewRow } from '../live/view.ts'
import { type Exposition, labelBlock, lastLabel, plain } from './exposition.ts'
import type { Label, MetricType } from './metric.ts'
import type { MetricsQuery } from './metrics-query.ts'
import { type StatMetric, statMetricsOf, statName } from './stat-metrics.ts'
import { checkStates, countMetrics, type StateMetric, serverStates, stateMetrics } from './states.ts'

/** Columns whose samples are one metric, distinguished by a label. */
interface Family {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly http: boolean
  readonly members: readonly { readonly column: number; readonly end: Uint8Array; readonly divide: number }[]
}

/** The labels of a row, kept as long as the row is. */
const blocks = new WeakMap<ViewRow, Uint8Array>()

function blockOf(row: ViewRow): Uint8Array {
  let block = blocks.get(row)
  if (block === undefined) {
    block = labelBlock(labelsOf(row))
    blocks.set(row, block)
  }
  return block
}

function labelsOf({ kind, pxname, svname }: ViewRow): readonly Label[] {
  const proxy: Label = ['proxy', pxname]
  return kind === 'server' || kind === 'listener' ? [proxy, [kind, svname]] : [proxy]
}

/** Rows of one kind, with what decides which of their columns count. */
interface Rows {
  readonly indexes: Int32Array
  readonly blocks: readonly Uint8Array[]
  /** By place in `indexes`: 1 for those in HTTP mode, and for those of releases that do not say. */
  readonly http: Uint8Array
}

/** Writes all metrics of the rows of one kind. */
export function renderRows(exposition: Exposition, view: View, kind: RowKind, query: MetricsQuery): void {
  const rows = rowsOf(view, kind, query)
  if (rows.indexes.length === 0) return
  const states = stateMetrics.filter(({ kinds }) => kinds.includes(kind))
  for (const metric of states) {
    const name = `haproxy_${kind}_${metric.name}`
    if (query.wants(name)) renderState(exposition, view, rows, { metric, kind, name })
  }
  for (const family of familiesOf(view, kind, query)) renderFamily(exposition, view, rows, family)
  if (kind === 'backend' && hasAllServers(view)) renderCounts(exposition, view, rows, query)
}

function rowsOf(view: View, kind: RowKind, { withoutMaintenance }: MetricsQuery): Rows {
  const all = rowsByKind(view.rows)[kind]
  const status = view.columnOf.get('status')
  const hidesSome = withoutMaintenance && kind === 'server' && status !== undefined
  const indexes = hidesSome ? all.filter((index) => !/^MAINT/.test(view.text(index, status) ?? '')) : all
  const mode = view.columnOf.get('mode')
  return {
    indexes,
    blocks: Array.from(indexes, (index) => blockOf(view.rows[index] as ViewRow)),
    http: Uint8Array.from(indexes, (index) => {
      const text = mode === undefined ? undefined : view.text(index, mode)
      return text === undefined || text === 'http' ? 1 : 0
    }),
  }
}

function familiesOf(view: View, kind: RowKind, { wants, extraCounters }: MetricsQuery): Iterable<Family> {
  const families = new Map<string, Family & { members: Family['members'][number][] }>()
  for (const metric of statMetricsOf(kind, extraCounters)) {
    const column = view.columnOf.get(metric.field)
    const name = statName(kind, metric)
    if (column === undefined || !wants(name)) continue
    const { type, help, http = false } = metric
    const family = families.get(name) ?? { name, type, help, http, members: [] }
    family.members.push({ column, end: endOf(metric), divide: metric.divide ?? 1 })
    families.set(name, family)
  }
  return families.values()
}

function endOf({ label }: StatMetric): Uint8Array {
  return label === undefined ? plain : lastLabel(label)
}

function renderFamily(exposition: Exposition, view: View, rows: Rows, family: Family): void {
  const { numbers, bigIntegers } = view
  const width = view.columns.length
  exposition.begin(family)
  for (let place = 0; place < rows.indexes.length; place++) {
    if (family.http && rows.http[place] === 0) continue
    const first = (rows.indexes[place] as number) * width
    const labels = rows.blocks[place] as Uint8Array
    for (const { column, end, divide } of family.members) {
      const value = numbers[first + column] as number
      if (Number.isNaN(value)) continue
      const whole = bigIntegers.size === 0 ? undefined : bigIntegers.get(first + column)
      exposition.sample(labels, end, whole ?? value / divide)
    }
  }
}

function renderState(
  exposition: Exposition,
  view: View,
  rows: Rows,
  { metric, kind, name }: { metric: StateMetric; kind: RowKind; name: string },
): void {
  const column = view.columnOf.get(metric.field)
  if (column === undefined) return
  const states = metric.states(kind)
  const ends = states.map((state) => lastLabel(['state', state]))
  exposition.begin({ name, type: 'gauge', help: metric.help })
  rows.indexes.forEach((row, place) => {
    const text = view.text(row, column)
    if (text === undefined) return
    const found = states.indexOf(metric.stateOf(text, kind))
    if (found === -1 && !metric.orNone) return
    const labels = rows.blocks[place] as Uint8Array
    for (const [index, end] of ends.entries()) exposition.sample(labels, end, index === found ? 1 : 0)
  })
}

/** Servers that HAProxy was asked to leave out cannot be counted. */
function hasAllServers({ pull }: View): boolean {
  return (pull?.leftOut ?? []).every((word) => word === 'listeners')
}

/** Servers of each backend by state, whether or not those in maintenance are shown. */
function renderCounts(exposition: Exposition, view: View, rows: Rows, { wants }: MetricsQuery): void {
  for (const { name: short, of, help } of countMetrics) {
    const name = `haproxy_backend_${short}`
    if (!wants(name)) continue
    const states: readonly string[] = of === 'status' ? serverStates : checkStates
    const ends = states.map((state) => lastLabel(['state', state]))
    const counts = countServers(view, of, states)
    exposition.begin({ name, type: 'gauge', help })
    rows.indexes.forEach((row, place) => {
      const count = counts.get((view.rows[row] as ViewRow).pxname)
      if (count === undefined) return
      const labels = rows.blocks[place] as Uint8Array
      for (const [index, end] of ends.entries()) exposition.sample(labels, end, count[index] as number)
    })
  }
}

/** By proxy; of those that have servers. */
function countServers(view: View, field: string, states: readonly string[]): ReadonlyMap<string, number[]> {
  const counts = new Map<string, number[]>()
  const column = view.columnOf.get(field)
  const metric = stateMetrics.find((candidate) => candidate.field === field) as StateMetric
  if (column === undefined) return counts
  for (const row of rowsByKind(view.rows).server) {
    const { pxname } = view.rows[row] as ViewRow
    const count = counts.get(pxname) ?? states.map(() => 0)
    counts.set(pxname, count)
    const index = states.indexOf(metric.stateOf(view.text(row, column) ?? '', 'server'))
    if (index >= 0) count[index] = (count[index] as number) + 1
  }
  return counts
}
