import { readInteger, readNumber } from '@haproxystats/haproxy/read'
import type { Column, ColumnMerge } from './column.ts'
import type { Places } from './places.ts'

const underflow = 2n ** 63n

/** The weight of a value whose process does not report the field that weighs. */
export const unweighed = 1

const merges = {
  sum: 0,
  distinct: 0,
  key: 0,
  limit: 1,
  'limit-unless-zero': 2,
  'limit-unless-empty': 3,
  mean: 4,
  'mean-with-traffic': 5,
  'weighted-mean': 6,
  max: 7,
  peak: 8,
  min: 9,
  'min-age': 10,
  none: 11,
  first: 12,
} as const satisfies Record<ColumnMerge, number>

/** Merges that need a second number: how many, how much weight, or whether a process is without limit or disagrees. */
const withSecond: ReadonlySet<ColumnMerge> = new Set<ColumnMerge>([
  'limit-unless-zero',
  'limit-unless-empty',
  'mean',
  'mean-with-traffic',
  'weighted-mean',
  'peak',
  'none',
  'first',
])

/** Rows × columns of numbers that merge while they are read; NaN is absent. */
export class Accumulator {
  readonly columns: readonly Column[]
  readonly #merges: Uint8Array
  /** By column: which of the second numbers of a row is its own; 0 for a column without. */
  readonly #secondOf: Int16Array
  readonly #secondsWidth: number
  #values: Float64Array
  #seconds: Float64Array
  #bigIntegers = new Map<number, bigint>()
  /** Cells that cannot be merged, because something that is no number stands in one of theirs. */
  readonly #broken = new Set<number>()
  #rows = 0

  /** @param memory of the values, which grow into memory of the same kind. */
  constructor(columns: readonly Column[], memory: ArrayBufferLike = new ArrayBuffer(0)) {
    this.columns = columns
    this.#merges = Uint8Array.from(columns, ({ merge }) => merges[merge])
    let seconds = 0
    this.#secondOf = Int16Array.from(columns, ({ merge }) => (withSecond.has(merge) ? seconds++ : 0))
    this.#secondsWidth = seconds
    this.#values = new Float64Array(memory)
    this.#seconds = new Float64Array(0)
  }

  /** Forgets all rows. The memory stays in use, unless there is other memory for the values. */
  clear(memory?: ArrayBufferLike): void {
    if (memory !== undefined) this.#values = new Float64Array(memory)
    if (this.#bigIntegers.size > 0) this.#bigIntegers = new Map()
    this.#broken.clear()
    this.#rows = 0
  }

  /** Leaves a cell out, whatever else is merged into it. */
  break(row: number, column: number): void {
    this.#broken.add(row * this.columns.length + column)
  }

  /** The fields of which a cell was left out because something stood in it that is no number. */
  get brokenFields(): ReadonlySet<string> {
    return new Set([...this.#broken].map((index) => (this.columns[index % this.columns.length] as Column).field))
  }

  get rows(): number {
    return this.#rows
  }

  /** A new row, all absent; its index. */
  addRow(): number {
    const row = this.#rows++
    const width = this.columns.length
    const [end, endOfSeconds] = [(row + 1) * width, (row + 1) * this.#secondsWidth]
    if (end > this.#values.length) this.#values = grown(this.#values, end)
    if (endOfSeconds > this.#seconds.length) this.#seconds = grown(this.#seconds, endOfSeconds)
    this.#values.fill(Number.NaN, end - width, end)
    this.#seconds.fill(0, endOfSeconds - this.#secondsWidth, endOfSeconds)
    return row
  }

  /**
   * Merges one process's cells into a row. Cell `c` is `bytes[offsets[c] … offsets[c + 1] - 1)`. What is neither empty nor a number
   * breaks its cell: a sum without it would be a wrong number. A process that is `stopping` takes no part in limits and means.
   */
  mergeCells(row: number, bytes: Uint8Array, offsets: Int32Array, places: Places, stopping: boolean): void {
    const { columns, cells, weightCells } = places
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as number
      const cell = cells[index] as number
      const start = offsets[cell] as number
      const end = (offsets[cell + 1] as number) - 1
      const value = start === end ? Number.NaN : readNumber(bytes, start, end)
      if (start !== end && Number.isNaN(value)) {
        this.break(row, column)
        continue
      }
      if (value > Number.MAX_SAFE_INTEGER) {
        const whole = readInteger(bytes, start, end)
        if (whole !== undefined && this.addBigInteger(row, column, whole)) continue
      }
      const weightCell = weightCells[index] as number
      const weight =
        weightCell < 0
          ? unweighed
          : readNumber(bytes, offsets[weightCell] as number, (offsets[weightCell + 1] as number) - 1)
      this.add(row, column, value, weight, stopping)
    }
  }

  /** The same with the numbers that a `QuickRow` has read, none of them beyond 2^53. */
  mergeNumbers(row: number, numbers: Float64Array, places: Places, stopping: boolean): void {
    const { columns, slots, weightSlots, plainSums, sums, maxima, firsts } = places
    const values = this.#values
    const base = row * this.columns.length
    const exact = this.#bigIntegers.size === 0
    for (let index = 0; index < sums; index++) {
      let value = numbers[slots[index] as number] as number
      if (Number.isNaN(value)) {
        if (index < plainSums) continue
        value = 0
      }
      const at = base + (columns[index] as number)
      const before = values[at] as number
      const sum = before + value
      if (Number.isNaN(before)) values[at] = value
      else if (exact && sum <= Number.MAX_SAFE_INTEGER && sum >= -Number.MAX_SAFE_INTEGER) values[at] = sum
      else this.#sum(at, value)
    }
    for (let index = sums; index < maxima; index++) {
      const value = numbers[slots[index] as number] as number
      const at = base + (columns[index] as number)
      if (value > (values[at] as number) || Number.isNaN(values[at])) values[at] = value
    }
    const seconds = row * this.#secondsWidth
    for (let index = maxima; index < columns.length; index++) {
      const value = numbers[slots[index] as number] as number
      const column = columns[index] as number
      if (index < firsts) {
        // As a rule it is known already, from a process that is not stopping.
        if (Number.isNaN(value)) continue
        const isSettled = !Number.isNaN(values[base + column])
        if (isSettled && this.#seconds[seconds + (this.#secondOf[column] as number)] === 0) continue
      }
      const weightSlot = weightSlots[index] as number
      const weight = weightSlot < 0 ? unweighed : (numbers[weightSlot] as number)
      this.add(row, column, value, weight, stopping)
    }
  }

  /** Sets a value that is not merged but computed. */
  set(row: number, column: number, value: number): void {
    this.#values[row * this.columns.length + column] = value
  }

  /** Merges one value into a cell. NaN is an empty cell. */
  add(row: number, column: number, given: number, weight: number, stopping: boolean): void {
    const merge = this.#merges[column]
    let value = given
    if (Number.isNaN(value)) {
      if (merge === merges['limit-unless-empty'] && !stopping) this.#seconds[this.#second(row, column)] = 1
      if (!(this.columns[column] as Column).emptyIsZero) return
      value = 0
    }
    const values = this.#values
    const index = row * this.columns.length + column
    const before = values[index] as number
    const first = Number.isNaN(before)
    const second = row * this.#secondsWidth + (this.#secondOf[column] as number)
    switch (merge) {
      case merges.max:
        if (first || value > before) values[index] = value
        return
      case merges.peak:
        this.#peak(index, second, value, stopping)
        return
      case merges.first:
        this.#first(index, second, value, stopping)
        return
      case merges.none:
        if (first) values[index] = value
        else if (value !== before) this.#seconds[second] = 1
        return
      case merges['weighted-mean']:
        if (!stopping) this.#weigh(index, second, value, weight)
        return
      case merges['mean-with-traffic']:
        if (weight > 0) this.#weigh(index, second, value, unweighed)
        return
      case merges.mean:
        if (!stopping) this.#weigh(index, second, value, unweighed)
        return
      case merges['limit-unless-zero']:
        if (!stopping && value === 0) this.#seconds[second] = 1
        if (!stopping) this.#sum(index, value)
        return
      case merges.limit:
      case merges['limit-unless-empty']:
        if (!stopping) this.#sum(index, value)
        return
      case merges.min:
        if (first || value < before) values[index] = value
        return
      case merges['min-age']:
        if (first || (before < 0 ? value > before : value >= 0 && value < before)) values[index] = value
        return
      default:
        this.#sum(index, value)
    }
  }

  /** Whether that settled a value beyond 2^53: an underflow is dropped, a sum is kept to the last digit. */
  addBigInteger(row: number, column: number, value: bigint): boolean {
    const { counter, merge } = this.columns[column] as Column
    if (!counter && value >= underflow) return true
    if (merge !== 'sum') return false
    this.#sumWide(row * this.columns.length + column, value)
    return true
  }

  isBroken(row: number, column: number): boolean {
    return this.#broken.size > 0 && this.#broken.has(row * this.columns.length + column)
  }

  /** A value of a merge that has nothing to finish. */
  value(row: number, column: number): number {
    return this.isBroken(row, column) ? Number.NaN : (this.#values[row * this.columns.length + column] as number)
  }

  /** A whole number beyond 2^53, of which `value` is the nearest double. */
  bigInteger(row: number, column: number): bigint | undefined {
    return this.#bigIntegers.size === 0 ? undefined : this.#bigIntegers.get(row * this.columns.length + column)
  }

  /** The merged rows: NaN where no process had a value. Valid until `clear`. */
  finish(): { values: Float64Array; bigIntegers: Map<number, bigint> } {
    const values = this.#values.subarray(0, this.#rows * this.columns.length)
    this.columns.forEach(({ merge, whole = false }, column) => {
      if (withSecond.has(merge) && merge !== 'peak' && merge !== 'first') this.#finishColumn(column, merge, whole)
    })
    for (const index of this.#broken) {
      values[index] = Number.NaN
      this.#bigIntegers.delete(index)
    }
    return { values, bigIntegers: this.#bigIntegers }
  }

  #finishColumn(column: number, merge: ColumnMerge, whole: boolean): void {
    const values = this.#values
    for (let row = 0; row < this.#rows; row++) {
      const index = row * this.columns.length + column
      const second = this.#seconds[this.#second(row, column)] as number
      if (merge === 'limit-unless-zero') {
        if (second === 1) values[index] = 0
      } else if (merge === 'none' || merge === 'limit-unless-empty') {
        if (second === 1) values[index] = Number.NaN
      } else {
        const mean = (values[index] as number) / Math.abs(second)
        values[index] = whole ? Math.round(mean) : mean
      }
    }
  }

  #second(row: number, column: number): number {
    return row * this.#secondsWidth + (this.#secondOf[column] as number)
  }

  #sum(index: number, value: number): void {
    const before = this.#values[index] as number
    if (Number.isNaN(before)) this.#values[index] = value
    else if (Math.abs(before + value) <= Number.MAX_SAFE_INTEGER && !this.#bigIntegers.has(index)) {
      this.#values[index] = before + value
    } else if (Number.isInteger(value)) this.#sumWide(index, BigInt(value))
    else this.#sumInexact(index, value)
  }

  /** The second number: whether the value is that of a process that is stopping. */
  #first(index: number, second: number, value: number, stopping: boolean): void {
    const first = Number.isNaN(this.#values[index])
    if (first || (this.#seconds[second] === 1 && !stopping)) this.#values[index] = value
    if (first || !stopping) this.#seconds[second] = stopping ? 1 : 0
  }

  /**
   * The second number is the sum of the weights. Values without weight count alike, and only as long as there is none with weight:
   * then it is how many they are, below 0.
   */
  #weigh(index: number, second: number, value: number, weight: number): void {
    const values = this.#values
    const before = this.#seconds[second] as number
    if (weight > 0) {
      values[index] = (before > 0 ? (values[index] as number) : 0) + value * weight
      this.#seconds[second] = Math.max(before, 0) + weight
    } else if (before <= 0) {
      values[index] = (before < 0 ? (values[index] as number) : 0) + value
      this.#seconds[second] = before - 1
    }
  }

  /** The second number is the sum over processes that are not stopping. As no peak is below 0, it never falls. */
  #peak(index: number, second: number, value: number, stopping: boolean): void {
    const before = this.#values[index] as number
    if (!stopping) this.#seconds[second] = (this.#seconds[second] as number) + value
    const peak = stopping ? value : (this.#seconds[second] as number)
    if (Number.isNaN(before) || peak > before) this.#values[index] = peak
  }

  #sumWide(index: number, value: bigint): void {
    const before = this.#values[index] as number
    const whole = Number.isNaN(before) || Number.isInteger(before) || this.#bigIntegers.has(index)
    if (!whole) {
      this.#sumInexact(index, Number(value))
      return
    }
    const sum = (this.#bigIntegers.get(index) ?? (Number.isNaN(before) ? 0n : BigInt(before))) + value
    this.#bigIntegers.set(index, sum)
    this.#values[index] = Number(sum)
  }

  /** With decimals, or beyond every double, there are no last digits to keep. */
  #sumInexact(index: number, value: number): void {
    this.#bigIntegers.delete(index)
    this.#values[index] = (this.#values[index] as number) + value
  }
}

function grown(numbers: Float64Array, needed: number): Float64Array {
  const bytes = 8 * Math.max(needed, 2 * numbers.length)
  const more = new Float64Array(
    numbers.buffer instanceof SharedArrayBuffer ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes),
  )
  more.set(numbers)
  return more
}
