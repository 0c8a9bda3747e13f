import { type Info, infoNumber } from '@haproxystats/haproxy'
import { rowsByKind } from '../live/rows-by-kind.ts'
import { isSameRow, keyOf, type RowKind, rowKinds, type View, type ViewRow } from '../live/view.ts'
import type { Band } from './band.ts'
import type { BandKind, SeriesSource } from './history-fields.ts'
import type { Rates } from './rates.ts'
import { stateLevelOf } from './states.ts'

export type Bands = Readonly<Record<BandKind, Band>>

/** The key of everything together, and of one process. */
export const daemonKey = 'daemon'
export const processKey = (source: string) => `p:${source}`

const none = new Int32Array(0)

/** The places that the rows of one kind had in their band, and how many removals there had been in it. */
interface KnownPlaces {
  readonly band: Band
  readonly removals: number
  readonly places: Int32Array
}

/**
 * Puts the values of one snapshot after the other into the bands. The rows are nearly always those of the snapshot
 * before; then their indexes and places are known, and nothing is allocated for a row.
 */
export class Collector {
  #rows: readonly ViewRow[] = []
  #indexes = rowsByKind([])
  readonly #places = new Map<RowKind, KnownPlaces>()

  /** How many rows, processes and sums a view has series for. Comes before `collect` of the same view. */
  count({ rows, sources }: View): Readonly<Record<BandKind, number>> {
    if (!areSame(rows, this.#rows)) {
      this.#indexes = rowsByKind(rows)
      this.#places.clear()
    }
    this.#rows = rows
    const { frontend, backend, server, listener } = this.#indexes
    return {
      daemon: 1,
      process: sources.length,
      frontend: frontend.length,
      backend: backend.length,
      server: server.length,
      listener: listener.length,
    }
  }

  /** Begins a frame in all bands and sets its values. Rows whose kind is in `off` are left out. */
  collect(view: View, rates: Rates, bands: Bands, off: ReadonlySet<BandKind>): void {
    for (const kind of rowKinds) {
      const band = bands[kind]
      const places = off.has(kind) ? none : this.#placesOf(kind, band, view.snapshot)
      band.begin()
      collectRows(view, rates, band, off.has(kind) ? none : this.#indexes[kind], places)
    }
    collectProcesses(view, rates, bands.process)
    collectDaemon(view, rates, bands)
  }

  #placesOf(kind: RowKind, band: Band, time: number): Int32Array {
    const known = this.#places.get(kind)
    if (known?.band === band && known.removals === band.places.removals) {
      for (let at = 0; at < known.places.length; at++) band.places.touch(known.places[at] as number, time)
      return known.places
    }
    const indexes = this.#indexes[kind]
    const places = new Int32Array(indexes.length)
    for (let at = 0; at < places.length; at++) {
      places[at] = band.places.take(keyOf(this.#rows[indexes[at] as number] as ViewRow), time)
    }
    this.#places.set(kind, { band, removals: band.places.removals, places })
    return places
  }
}

function areSame(rows: readonly ViewRow[], before: readonly ViewRow[]): boolean {
  return rows === before || (rows.length === before.length && rows.every((row, index) => isSameRow(row, before[index])))
}

let scratch = new Float64Array(0)

/** Field by field: a loop over one column is several times as fast as one over the fields of each row. */
function collectRows(view: View, rates: Rates, band: Band, rows: Int32Array, places: Int32Array): void {
  if (scratch.length < places.length) scratch = new Float64Array(2 * places.length)
  band.fields.forEach(({ source }, field) => {
    if (!readColumn(source, view, rates, rows, scratch)) return
    const start = field * band.capacity
    for (let at = 0; at < places.length; at++) {
      const value = scratch[at] as number
      if (value >= 0) band.values[start + (places[at] as number)] = value
    }
  })
}

/** Reads a series of these rows; false when the view has no column for it. */
function readColumn(source: SeriesSource, view: View, rates: Rates, rows: Int32Array, into: Float64Array): boolean {
  const { numbers, columns, columnOf } = view
  const names = 'gauge' in source ? [source.gauge] : 'state' in source ? [source.state] : countersOf(source)
  const [column, ...others] = names.flatMap((name) => columnOf.get(name) ?? [])
  if (column === undefined) return false
  if ('gauge' in source) {
    for (let at = 0; at < rows.length; at++)
      into[at] = numbers[(rows[at] as number) * columns.length + column] as number
  } else if ('state' in source) {
    for (let at = 0; at < rows.length; at++) into[at] = stateLevelOf(view.text(rows[at] as number, column))
  } else {
    into.fill(0, 0, rows.length)
    for (const counter of [column, ...others]) rates.addColumn(counter, rows, into)
  }
  return true
}

const countersOf = (source: SeriesSource) => ('counters' in source ? source.counters : [])

function collectProcesses(view: View, rates: Rates, band: Band): void {
  const places = view.sources.map(({ name }) => band.places.take(processKey(name), view.snapshot))
  band.begin()
  view.sources.forEach(({ info }, index) => {
    if (info === undefined) return
    setInfo(band, places[index] as number, info, (name) => rates.ofProcess(index, name))
  })
}

function collectDaemon(view: View, rates: Rates, bands: Bands): void {
  const band = bands.daemon
  const place = band.places.take(daemonKey, view.snapshot)
  band.begin()
  setInfo(band, place, view.info, (name) => rates.ofInfo(name))
  band.fields.forEach(({ source }, field) => {
    if (!('total' in source)) return
    const totals = source.of.map((kind) => bands[kind].total(source.total)).filter((total) => total >= 0)
    const total = totals.length === 0 ? Number.NaN : totals.reduce((sum, one) => sum + one, 0)
    band.values[field * band.capacity + place] = total
  })
}

/** Sets what is made of lines of `show info`. */
function setInfo(band: Band, place: number, info: Info, rateOf: (name: string) => number): void {
  band.fields.forEach(({ source }, field) => {
    const at = field * band.capacity + place
    if ('busy' in source) band.values[at] = 100 - infoNumber(info, source.busy)
    else if ('info' in source) band.values[at] = infoNumber(info, source.info)
    else if ('infoCounter' in source) band.values[at] = rateOf(source.infoCounter)
  })
}
