import { infoNumber } from '@haproxystats/haproxy'
import { keyOf, type RowKind, rowKinds, type View, type ViewRow } from '../live/view.ts'
import type { Band } from './band.ts'
import type { BandKind, HistoryField } from './history-fields.ts'
import type { Rates } from './rates.ts'
import { stateLevelOf } from './states.ts'

export type Bands = Readonly<Record<BandKind, Band>>

/** The key of everything together, and of one process. */
export const daemonKey = 'daemon'
export const processKey = (source: string) => `p:${source}`

/** Sets the values of one snapshot in all bands. Rows whose band is off are left out. */
export function collect(view: View, rates: Rates, bands: Bands, isOff: (kind: BandKind) => boolean): void {
  collectRows(view, rates, bands, isOff)
  collectProcesses(view, rates, bands.process)
  collectDaemon(view, rates, bands)
}

/** How the values of a series are read from the rows of one view; its columns are looked up once. */
type Reader = (row: number) => number

function readerOf({ source }: HistoryField, view: View, rates: Rates): Reader | undefined {
  const { columnOf, numbers, columns } = view
  const width = columns.length
  if ('gauge' in source || 'state' in source) {
    const column = columnOf.get('gauge' in source ? source.gauge : source.state)
    if (column === undefined) return undefined
    return 'gauge' in source
      ? (row) => numbers[row * width + column] as number
      : (row) => stateLevelOf(view.text(row, column))
  }
  if (!('counters' in source)) return undefined
  const counters = source.counters.flatMap((name) => columnOf.get(name) ?? [])
  const [first, second] = counters
  if (first === undefined) return undefined
  if (counters.length === 1) return (row) => rates.ofRow(row, first)
  if (counters.length === 2) return (row) => rates.ofRow(row, first) + rates.ofRow(row, second as number)
  return (row) => counters.reduce((sum, column) => sum + rates.ofRow(row, column), 0)
}

function collectRows(view: View, rates: Rates, bands: Bands, isOff: (kind: BandKind) => boolean): void {
  const readers = new Map<RowKind, (Reader | undefined)[]>()
  const counts = new Map<RowKind, number>()
  for (const { kind } of view.rows) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  for (const kind of rowKinds) {
    const band = bands[kind]
    band.begin(counts.get(kind) ?? 0)
    if (isOff(kind)) continue
    const some = band.fields.map((field) => readerOf(field, view, rates))
    readers.set(kind, some)
  }
  view.rows.forEach((row, index) => {
    const some = readers.get(row.kind)
    if (some === undefined) return
    const band = bands[row.kind]
    const slot = band.slots.take(keyOfRow(row), view.snapshot)
    for (let field = 0; field < some.length; field++) {
      const value = some[field]?.(index)
      if (value !== undefined && value >= 0) band.set(slot, field, value)
    }
  })
}

const keys = new WeakMap<ViewRow, string>()

/** Views may share their rows, so keys are made once. */
function keyOfRow(row: ViewRow): string {
  let key = keys.get(row)
  if (key === undefined) {
    key = keyOf(row)
    keys.set(row, key)
  }
  return key
}

function collectProcesses(view: View, rates: Rates, band: Band): void {
  band.begin(view.sources.length)
  view.sources.forEach(({ name, info }, index) => {
    const slot = band.slots.take(processKey(name), view.snapshot)
    if (info === undefined) return
    band.fields.forEach(({ source }, field) => {
      if ('busy' in source) band.set(slot, field, 100 - infoNumber(info, source.busy))
      else if ('info' in source) band.set(slot, field, infoNumber(info, source.info))
      else if ('infoCounter' in source) band.set(slot, field, rates.ofProcess(index, source.infoCounter))
    })
  })
}

function collectDaemon(view: View, rates: Rates, bands: Bands): void {
  const band = bands.daemon
  band.begin(1)
  const slot = band.slots.take(daemonKey, view.snapshot)
  band.fields.forEach(({ source }, field) => {
    if ('busy' in source) band.set(slot, field, 100 - infoNumber(view.info, source.busy))
    else if ('info' in source) band.set(slot, field, infoNumber(view.info, source.info))
    else if ('infoCounter' in source) band.set(slot, field, rates.ofInfo(source.infoCounter))
    else if ('total' in source)
      band.set(
        slot,
        field,
        totalOf(
          source.total,
          source.of.map((kind) => bands[kind]),
        ),
      )
  })
}

/** Over the rows of which it is known; NaN when it is of none. */
function totalOf(name: string, bands: readonly Band[]): number {
  let total = 0
  let known = false
  for (const band of bands) {
    const field = band.fields.findIndex((candidate) => candidate.name === name)
    for (let slot = 0; field >= 0 && slot < band.slots.length; slot++) {
      const value = band.get(slot, field)
      if (!(value >= 0)) continue
      total += value
      known = true
    }
  }
  return known ? total : Number.NaN
}
