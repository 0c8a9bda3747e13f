import type { View } from '../live/view.ts'
import { Band, type Steps } from './band.ts'
import { ageFrames, bytesOf, forgetRows, squeeze, tooMany, wholeSpan } from './bound.ts'
import { type Bands, collect } from './collect.ts'
import type { History, HistoryAnswer, Lifetime, Series, SeriesName } from './history.ts'
import { type BandKind, bandKindOf, bandKinds, historyFields } from './history-fields.ts'
import { Rates } from './rates.ts'

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

/** The gap of so many of the newest snapshots tells how far they are apart. */
const gaps = 20

/**
 * Series of all rows in memory: each snapshot of the last hour, means of five minutes of the last day, and coarser ones
 * where that does not fit the bound.
 */
export class MemoryHistory implements History {
  readonly #bound: number
  readonly #now: () => number
  readonly #bands: Record<BandKind, Band>
  #newest = 0
  #rates: Rates | undefined

  constructor({ bound, now = () => Date.now() / 1000 }: MemoryHistoryOptions) {
    this.#bound = bound
    this.#now = now
    this.#bands = Object.fromEntries(bandKinds.map((kind) => [kind, newBand(kind)])) as Record<BandKind, Band>
  }

  get rates(): Rates | undefined {
    return this.#rates
  }

  get bands(): Bands {
    return this.#bands
  }

  /** What all series take, in bytes. Never more than the bound. */
  get bytes(): number {
    return bytesOf(this.#bands)
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
    collect(view, rates, this.#bands, (kind) => off.has(kind))
    for (const kind of bandKinds) {
      const band = this.#bands[kind]
      if (!off.has(kind) && band.slots.size > 0 && !band.covers(time)) band.keep(time)
    }
    if (!isLate) {
      this.#rates = rates
      this.#newest = time
    }
    this.#tidy()
  }

  read(
    names: readonly SeriesName[],
    { seconds, points }: { readonly seconds: number; readonly points: number },
  ): HistoryAnswer {
    const at = this.#stepsOf(seconds, points)
    const series = names.flatMap((name): Series[] => {
      const place = this.#find(name)
      if (place === undefined) return []
      const { band, slot, field } = place
      return [{ ...name, unit: band.fields[field]?.unit ?? '', ...band.read(slot, field, at) }]
    })
    return { begin: at.begin, step: at.step, series }
  }

  value(name: SeriesName, time: number): number {
    const place = this.#find(name)
    return place === undefined ? Number.NaN : place.band.value(place.slot, place.field, time)
  }

  since(name: SeriesName, passes: (value: number) => boolean): number | undefined {
    const place = this.#find(name)
    return place?.band.since(place.slot, place.field, passes)
  }

  keys(prefix: string): readonly string[] {
    return bandKinds.flatMap((kind) => [...this.#bands[kind].slots.keys()].filter((key) => key.startsWith(prefix)))
  }

  lifetime(key: string): Lifetime | undefined {
    const kind = bandKindOf(key)
    const slots = kind && this.#bands[kind].slots
    const slot = slots?.find(key)
    return slots && slot !== undefined ? { since: slots.since(slot), seen: slots.seen(slot) } : undefined
  }

  /** What an earlier run has kept: for bands in which there is nothing yet. */
  restore(bands: readonly Band[]): void {
    for (const band of bands) {
      this.#bands[band.kind] = band
      this.#newest = Math.max(this.#newest, band.frames.at(-1)?.time ?? 0)
    }
    if (this.#newest > 0) this.#tidy()
  }

  #find({ key, field: name }: SeriesName): { band: Band; slot: number; field: number } | undefined {
    const kind = bandKindOf(key)
    const band = kind && this.#bands[kind]
    const slot = band?.slots.find(key)
    const field = band?.fields.findIndex((candidate) => candidate.name === name) ?? -1
    return band && slot !== undefined && field >= 0 ? { band, slot, field } : undefined
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
  #turnOff({ rows, sources }: View): ReadonlySet<BandKind> {
    const counts = new Map<BandKind, number>([
      ['daemon', 1],
      ['process', sources.length],
    ])
    for (const { kind } of rows) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    const off = tooMany(this.#bands, counts, this.#bound)
    for (const kind of off) if (this.#bands[kind].slots.length > 0) this.#bands[kind] = newBand(kind)
    return off
  }

  #tidy(): void {
    for (const band of Object.values(this.#bands)) forgetRows(band, this.#newest, this.#bound)
    ageFrames(this.#bands, this.#newest)
    if (squeeze(this.#bands, this.#newest, this.#bound)) return
    // Only names are left, of rows that come and go faster than they can be kept.
    for (const kind of bandKinds.toReversed()) {
      if (this.bytes > this.#bound) this.#bands[kind] = newBand(kind)
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

const newBand = (kind: BandKind): Band => new Band(kind, historyFields[kind])
