import type { View } from '../live/view.ts'
import { Band, type Steps } from './band.ts'
import { ageFrames, forgetRows, squeeze, tooMany, totalBytes, wholeSpan } from './bound.ts'
import { type Bands, Collector } from './collect.ts'
import { type BandKind, bandKinds, kindOfKey } from './history-fields.ts'
import type { PlaceTimes } from './places.ts'
import { Rates } from './rates.ts'

/** One series asked for: a row by its key (see `keyOf`; `daemon` and `p:<source>` for `show info`) and a field. */
export interface SeriesName {
  readonly key: string
  readonly field: string
}

/** Values at equal steps, oldest first; NaN where nothing is known. */
export interface Series extends SeriesName {
  readonly unit: string
  /** Means over each step; of `status` the worst state, as index into `stateLevels`. */
  readonly values: Float64Array
  /** The largest value within each step, where it is kept (see `historyFields`). */
  readonly peaks: Float64Array | undefined
}

export interface HistoryAnswer {
  /** Seconds since the epoch of the first value, and between two. */
  readonly begin: number
  readonly step: number
  readonly series: readonly Series[]
}

export interface MemoryHistoryOptions {
  /** Bytes that all series may take; the option `history-memory`. */
  readonly bound: number
  /** Seconds since the epoch; for tests. */
  readonly now?: () => number
}

/** A snapshot may be so many seconds ahead of our clock. */
const tolerance = 600

/** Seconds between two values of an answer. */
const steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200]

/** The interval of snapshots is taken from so many of the newest. */
const gaps = 20

/**
 * Series of all rows in memory: each snapshot of the last hour, means of five minutes of the last day, and coarser ones
 * where that does not fit the bound.
 */
export class MemoryHistory {
  readonly #bound: number
  readonly #now: () => number
  readonly #bands: Record<BandKind, Band>
  readonly #collector = new Collector()
  #newest = 0
  #rates: Rates | undefined

  constructor({ bound, now = () => Date.now() / 1000 }: MemoryHistoryOptions) {
    this.#bound = bound
    this.#now = now
    this.#bands = Object.fromEntries(bandKinds.map((kind) => [kind, new Band(kind)])) as Record<BandKind, Band>
  }

  /** What the counters of a view have grown by; `undefined` when the newest snapshot of the history is another. */
  ratesOf({ snapshot }: View): Rates | undefined {
    return this.#rates?.snapshot === snapshot ? this.#rates : undefined
  }

  /** The snapshots whose views are still read. */
  get used(): readonly number[] {
    return this.#rates?.snapshots ?? []
  }

  get bands(): Bands {
    return this.#bands
  }

  /** What all series take, in bytes. Never more than the bound. */
  get bytes(): number {
    return totalBytes(this.#bands)
  }

  /** The newest snapshot that is kept; 0 without one. */
  get newest(): number {
    return this.#newest
  }

  /** Snapshots that are known already (sent again, or older than what is kept singly) change nothing. */
  add(view: View): void {
    const time = view.snapshot
    this.#turnBack(time)
    const isLate = time <= this.#newest
    if (isLate && (time <= this.#newest - wholeSpan || this.#bands.daemon.covers(time))) {
      // Known from an earlier run: at least the next one can be compared with it.
      if (time === this.#newest) this.#rates ??= new Rates(view, undefined)
      return
    }
    const rates = new Rates(view, isLate ? undefined : this.#rates?.view)
    const off = this.#turnOff(view)
    this.#collector.collect(view, rates, this.#bands, off)
    for (const kind of bandKinds) {
      const band = this.#bands[kind]
      if (!off.has(kind) && band.places.size > 0 && !band.covers(time)) band.keep(time)
    }
    if (!isLate) {
      this.#rates = rates
      this.#newest = time
    }
    this.#tidy()
  }

  /** The last `seconds`, in at most `points` values a series. Names that are not known are left out. */
  read(
    names: readonly SeriesName[],
    { seconds, points }: { readonly seconds: number; readonly points: number },
  ): HistoryAnswer {
    const at = this.#stepsOf(seconds, points)
    const series = names.flatMap((name): Series[] => {
      const found = this.#find(name)
      if (found === undefined) return []
      const { band, place, field } = found
      return [{ ...name, unit: band.fields[field]?.unit ?? '', ...band.read(place, field, at) }]
    })
    return { begin: at.begin, step: at.step, series }
  }

  /** The value of a series in the snapshot of this time; NaN when it is not known, or not kept singly any more. */
  value(name: SeriesName, time: number): number {
    const found = this.#find(name)
    return found === undefined ? Number.NaN : found.band.value(found.place, found.field, time)
  }

  /** From when on the series passes without a break up to now; `undefined` when its newest value does not pass. */
  since(name: SeriesName, passes: (value: number) => boolean): number | undefined {
    const found = this.#find(name)
    return found?.band.since(found.place, found.field, passes)
  }

  /** Keys of the rows of a kind that are kept, with those that vanished less than a day ago. */
  keys(kind: BandKind): readonly string[] {
    return [...this.#bands[kind].places.keys()]
  }

  /** When a row was there first and last; `undefined` of one that is not known. */
  lifetime(key: string): PlaceTimes | undefined {
    const kind = kindOfKey(key)
    const places = kind && this.#bands[kind].places
    const place = places?.find(key)
    return place === undefined ? undefined : places?.times(place)
  }

  /** What an earlier run has kept: for bands in which there is nothing yet. */
  restore(bands: readonly Band[]): void {
    for (const band of bands) {
      this.#bands[band.kind] = band
      this.#newest = Math.max(this.#newest, band.frames.at(-1)?.time ?? 0)
    }
    if (this.#newest > 0) this.#tidy()
  }

  #find({ key, field: name }: SeriesName): { band: Band; place: number; field: number } | undefined {
    const kind = kindOfKey(key)
    const band = kind && this.#bands[kind]
    const place = band?.places.find(key)
    const field = band?.fields.findIndex((candidate) => candidate.name === name) ?? -1
    return band && place !== undefined && field >= 0 ? { band, place, field } : undefined
  }

  /** The clock was ahead and is right again: what is kept of a time to come is not of then. */
  #turnBack(time: number): void {
    const latest = this.#now() + tolerance
    if (this.#newest <= latest || time > latest) return
    for (const band of Object.values(this.#bands)) band.dropAfter(time)
    this.#newest = Math.max(0, ...Object.values(this.#bands).map(({ frames }) => frames.at(-1)?.time ?? 0))
    this.#rates = undefined
  }

  /** Starts bands of which there is no room for their rows afresh. */
  #turnOff(view: View): ReadonlySet<BandKind> {
    const off = tooMany(this.#bands, this.#collector.count(view), this.#bound)
    for (const kind of off) if (this.#bands[kind].places.length > 0) this.#bands[kind] = new Band(kind)
    return off
  }

  #tidy(): void {
    for (const band of Object.values(this.#bands)) forgetRows(band, this.#newest, this.#bound)
    ageFrames(this.#bands, this.#newest)
    if (squeeze(this.#bands, this.#newest, this.#bound)) return
    // Only names are left, of rows that come and go faster than they can be kept.
    for (const kind of bandKinds.toReversed()) {
      if (this.bytes > this.#bound) this.#bands[kind] = new Band(kind)
    }
  }

  #stepsOf(seconds: number, points: number): Steps {
    const least = Math.max(seconds / points, this.#gap())
    const step = steps.find((candidate) => candidate >= least) ?? Math.ceil(least)
    const count = Math.max(1, Math.min(points, Math.ceil(seconds / step)))
    return { begin: (Math.floor(this.#newest / step) - count + 1) * step, step, count }
  }

  /** Seconds between two snapshots, as the newest are: the middle of them. */
  #gap(): number {
    const times = this.#bands.daemon.frames.slice(-gaps - 1).filter(({ span }) => span === 0)
    const found = times.slice(1).map(({ time }, index) => time - (times[index]?.time ?? time))
    return found.sort((one, other) => one - other)[found.length >> 1] ?? 1
  }
}
