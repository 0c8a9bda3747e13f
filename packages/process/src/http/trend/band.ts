import { type Frame, frameBytes, packColumns, placesOf, valueAt } from './frame.ts'
import { type BandKind, type HistoryField, historyFields } from './history-fields.ts'
import { mergeFrames } from './merge.ts'
import { Places } from './places.ts'

/** Means, and largest values where they are kept. */
export interface Points {
  readonly values: Float64Array
  readonly peaks: Float64Array | undefined
}

/** Equal steps: seconds since the epoch of the first, between two, and how many. */
export interface Steps {
  readonly begin: number
  readonly step: number
  readonly count: number
}

/**
 * The series of all rows of one kind: for each time one frame, with a column for each field and in it a value for each
 * row. The newest frames are of one snapshot each, older ones means of a span.
 */
export class Band {
  readonly kind: BandKind
  readonly fields: readonly HistoryField[]
  readonly places = new Places()
  /** Index into `fields` of those whose peaks are kept, in columns behind the others. */
  readonly peaks: readonly number[]
  #frames: Frame[] = []
  #frameBytes = 0
  /** What the next frame is made of, field after field; each has room for `capacity` places. */
  values = new Float32Array(0)
  capacity = 0

  constructor(kind: BandKind) {
    this.kind = kind
    this.fields = historyFields[kind]
    this.peaks = this.fields.flatMap(({ peak }, index) => (peak ? [index] : []))
  }

  get frames(): readonly Frame[] {
    return this.#frames
  }

  get bytes(): number {
    return this.#frameBytes + this.places.bytes + this.values.byteLength
  }

  /** Begins a frame, in which nothing is known of any row yet. All rows of it have their places. */
  begin(): void {
    const places = this.places.length
    if (places > this.capacity || places < this.capacity / 4) {
      this.capacity = Math.ceil(places * 1.1)
      this.values = new Float32Array(this.fields.length * this.capacity)
    }
    this.values.fill(Number.NaN)
  }

  /** The sum over all rows of which it is known; NaN when it is known of none. */
  total(name: string): number {
    const field = this.fields.findIndex((candidate) => candidate.name === name)
    let total = 0
    let isKnown = false
    for (let place = 0; field >= 0 && place < this.places.length; place++) {
      const value = this.values[field * this.capacity + place] as number
      if (!(value >= 0)) continue
      total += value
      isKnown = true
    }
    return isKnown ? total : Number.NaN
  }

  /** Whether there is a frame of this time, or of a span with it. */
  covers(time: number): boolean {
    return this.#frames.some((frame) => frame.time <= time && time < frame.time + Math.max(1, frame.span))
  }

  /** Keeps what was set since `begin`. */
  keep(time: number): void {
    const bytes = packColumns(this.values, this.fields.length, this.places.length, this.capacity)
    this.insert({ time, span: 0, count: 1, bytes })
  }

  insert(frame: Frame): void {
    let index = this.#frames.length
    while (index > 0 && (this.#frames[index - 1] as Frame).time > frame.time) index--
    this.#frames.splice(index, 0, frame)
    this.#frameBytes += frameBytes(frame)
  }

  /**
   * Makes one frame of those of the oldest span that holds several shorter ones and ends by `until`.
   *
   * @returns whether there was one.
   */
  compact(span: number, until: number): boolean {
    for (let first = 0; first < this.#frames.length; first++) {
      const begin = Math.floor((this.#frames[first] as Frame).time / span) * span
      if (begin + span > until) return false
      let end = first
      while (end < this.#frames.length && isWithin(this.#frames[end] as Frame, begin, span)) end++
      if (end - first < 2) continue
      const group = this.#frames.splice(first, end - first)
      for (const frame of group) this.#frameBytes -= frameBytes(frame)
      const places = Math.max(...group.map(placesOf))
      const merged = mergeFrames(group, this.fields, this.peaks, places)
      const count = group.reduce((sum, frame) => sum + frame.count, 0)
      this.insert({ time: begin, span, count, bytes: merged })
      return true
    }
    return false
  }

  dropOldest(): boolean {
    const frame = this.#frames.shift()
    if (frame !== undefined) this.#frameBytes -= frameBytes(frame)
    return frame !== undefined
  }

  dropBefore(time: number): void {
    while (this.#frames[0] !== undefined && this.#frames[0].time + this.#frames[0].span < time) this.dropOldest()
  }

  dropAfter(time: number): void {
    while ((this.#frames.at(-1)?.time ?? 0) > time) this.#frameBytes -= frameBytes(this.#frames.pop() as Frame)
    this.places.turnBack(time)
  }

  /** The values of one row at equal steps. A mean of several steps stands in each of them. */
  read(place: number, field: number, { begin, step, count }: Steps): Points {
    const isState = this.fields[field]?.unit === 'state'
    const sums = new Float64Array(count)
    const weights = new Float64Array(count)
    const peaks = this.fields[field]?.peak ? new Float64Array(count).fill(Number.NaN) : undefined
    for (const frame of this.#frames) {
      if (frame.time + frame.span < begin || frame.time < this.places.floor(place)) continue
      const value = valueAt(frame, field, place)
      if (!(value >= 0)) continue
      const high = peaks && this.#peakOf(frame, field, place, value)
      const from = Math.max(0, Math.floor((frame.time - begin) / step))
      const to = Math.min(count - 1, Math.floor((frame.time + Math.max(1, frame.span) - 1 - begin) / step))
      const weight = to > from ? 1 : frame.count
      for (let at = from; at <= to; at++) {
        if (isState) sums[at] = weights[at] === 0 ? value : Math.max(sums[at] as number, value)
        else (sums[at] as number) += value * weight
        weights[at] = isState ? 1 : (weights[at] as number) + weight
        if (peaks && high !== undefined && !((peaks[at] as number) >= high)) peaks[at] = high
      }
    }
    // 0/0 is NaN, which is what nothing known of a step is.
    return { values: sums.map((sum, at) => sum / (weights[at] as number)), peaks }
  }

  /** Of one snapshot; NaN when there is no frame of just that time. */
  value(place: number, field: number, time: number): number {
    const frame = this.#frames.findLast((candidate) => candidate.time === time && candidate.span === 0)
    return frame === undefined || time < this.places.floor(place) ? Number.NaN : valueAt(frame, field, place)
  }

  /** From the newest backwards: the time of the oldest frame of an unbroken run whose values pass. */
  since(place: number, field: number, passes: (value: number) => boolean): number | undefined {
    let since: number | undefined
    for (let index = this.#frames.length - 1; index >= 0; index--) {
      const frame = this.#frames[index] as Frame
      if (frame.time < this.places.floor(place)) break
      const value = valueAt(frame, field, place)
      if (Number.isNaN(value)) continue
      if (!passes(value)) break
      since = frame.time
    }
    return since
  }

  #peakOf(frame: Frame, field: number, place: number, value: number): number {
    return frame.span === 0 ? value : valueAt(frame, this.fields.length + this.peaks.indexOf(field), place)
  }
}

function isWithin(frame: Frame, begin: number, span: number): boolean {
  return frame.span < span && frame.time >= begin && frame.time + frame.span <= begin + span
}
