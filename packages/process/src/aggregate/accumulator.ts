import { readInteger, readNumber } from '@haproxystats/haproxy/read'
import type { ColumnMerge } from './metric-lists.ts'

/** One column of a table that is being merged. */
export interface Column {
  readonly field: string
  /** The field of HAProxy that it is read from, where that has another name. */
  readonly cell?: string
  readonly merge: ColumnMerge
  /** For means with weights and with traffic: the field that weighs. */
  readonly weight?: string
  /** An empty cell counts as 0, as haproxystats 0.5.2 had it for its lists. */
  readonly emptyIsZero: boolean
  /** Values from 2^63 are a counter's; of anything else they are an underflow (a gauge below 0 after `clear counters`). */
  readonly counter: boolean
}

/** Where the columns of an accumulator stand in the answer of one process. -1: that process does not report it. */
export interface Source {
  readonly cells: Int32Array
  readonly weights: Int32Array
  /** The same as slots of a `QuickRow`. */
  readonly slots: Int32Array
  readonly weightSlots: Int32Array
  /** A process that is stopping takes no part in limits and means. */
  readonly stopping: boolean
}

const underflow = 2n ** 63n

/** The weight of a value whose process does not report the field that weighs. */
export const unweighed = 1

function weightIn(numbers: Float64Array, slot: number): number {
  return slot < 0 ? unweighed : (numbers[slot] as number)
}

/** Ways of merging that are worth a place in the loop over columns; `add` knows all. */
const plainSum = 1
const meanWithTraffic = 2
const largest = 3
const plainMean = 4
const weightedMean = 5
const agreement = 6
const peak = 7

const ways: Readonly<Partial<Record<ColumnMerge, number>>> = {
  sum: plainSum,
  'mean-with-traffic': meanWithTraffic,
  max: largest,
  mean: plainMean,
  'weighted-mean': weightedMean,
  none: agreement,
  peak,
}

/** Merges whose cells need a look when all are merged. */
const unfinished: ReadonlySet<ColumnMerge> = new Set<ColumnMerge>([
  'mean',
  'weighted-mean',
  'mean-with-traffic',
  'limit-unless-zero',
  'limit-unless-empty',
  'none',
])

/**
 * Rows × columns that merge while they are read. Two numbers a cell: the value so far, and what its merge needs beside
 * it (how many, how much weight, or whether one process is without limit).
 */
export class Accumulator {
  readonly columns: readonly Column[]
  /** By column: whether it is a plain sum, as most are, or a mean with traffic, as times are. */
  readonly #ways: Uint8Array
  /** Columns of which an empty cell says something. */
  readonly #unlessEmpty: readonly number[]
  #values: Float64Array
  #aside: Float64Array
  #bigIntegers = new Map<number, bigint>()
  /** Cells that cannot be merged, because something that is no number stands in one of theirs. */
  readonly #broken = new Set<number>()
  #rows = 0

  constructor(columns: readonly Column[], rows = 64) {
    this.columns = columns
    this.#ways = Uint8Array.from(columns, ({ merge }) => ways[merge] ?? 0)
    this.#unlessEmpty = columns.flatMap(({ merge }, column) => (merge === 'limit-unless-empty' ? [column] : []))
    this.#values = new Float64Array(rows * columns.length).fill(Number.NaN)
    this.#aside = new Float64Array(rows * columns.length)
  }

  /** Forgets all rows, keeps the memory. */
  clear(): void {
    const used = this.#rows * this.columns.length
    this.#values.fill(Number.NaN, 0, used)
    this.#aside.fill(0, 0, used)
    this.#bigIntegers = new Map()
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

  /** A new row, all absent; its index. */
  addRow(): number {
    const needed = (this.#rows + 1) * this.columns.length
    if (needed > this.#values.length) this.#grow(needed)
    return this.#rows++
  }

  /**
   * Merges one process's cells into a row. Cell `c` is `bytes[offsets[c] … offsets[c + 1] - 1)`. What is neither empty nor a number
   * breaks its cell: a sum without it would be a wrong number.
   */
  merge(row: number, bytes: Uint8Array, offsets: Int32Array, source: Source): void {
    const { cells, weights, stopping } = source
    const base = row * this.columns.length
    for (let column = 0; column < cells.length; column++) {
      const cell = cells[column] as number
      if (cell < 0) continue
      const start = offsets[cell] as number
      const end = (offsets[cell + 1] as number) - 1
      const value = start === end ? Number.NaN : readNumber(bytes, start, end)
      const weightCell = weights[column] as number
      const weight =
        weightCell < 0
          ? unweighed
          : readNumber(bytes, offsets[weightCell] as number, (offsets[weightCell + 1] as number) - 1)
      if (start !== end && Number.isNaN(value)) {
        this.break(row, column)
        continue
      }
      if (value > Number.MAX_SAFE_INTEGER) {
        const whole = readInteger(bytes, start, end)
        if (whole !== undefined && this.addBigInteger(base + column, column, whole)) continue
      }
      this.add(base + column, column, value, weight, stopping)
    }
  }

  /** The same with the numbers that a `QuickRow` has read, none of them beyond 2^53. */
  mergeNumbers(row: number, numbers: Float64Array, { slots, weightSlots, stopping }: Source): void {
    const values = this.#values
    const ways = this.#ways
    const base = row * slots.length
    const exact = this.#bigIntegers.size === 0
    for (let column = 0; column < slots.length; column++) {
      const slot = slots[column] as number
      if (slot < 0) continue
      const index = base + column
      const value = numbers[slot] as number
      const before = values[index] as number
      const sum = before + value
      // Unless one of the two is absent or the sum not exact.
      if (exact && sum <= Number.MAX_SAFE_INTEGER && sum >= -Number.MAX_SAFE_INTEGER) {
        if (ways[column] === plainSum) {
          values[index] = sum
          continue
        }
        if (ways[column] === meanWithTraffic) {
          if (weightIn(numbers, weightSlots[column] as number) > 0) {
            values[index] = sum
            this.#aside[index] = (this.#aside[index] as number) + 1
          }
          continue
        }
      } else if (ways[column] === plainSum && Number.isNaN(before) && !Number.isNaN(value)) {
        values[index] = value
        continue
      }
      this.add(index, column, value, weightIn(numbers, weightSlots[column] as number), stopping)
    }
  }

  /**
   * The same for many columns of which most are empty: only cells that are not are looked at.
   *
   * @param columnOf the column of each slot; -1 for none. Each column has a slot of its own.
   */
  mergeFilled(
    row: number,
    numbers: Float64Array,
    columnOf: Int16Array,
    { slots, weightSlots, stopping }: Source,
  ): void {
    const values = this.#values
    const asides = this.#aside
    const ways = this.#ways
    const base = row * ways.length
    const exact = this.#bigIntegers.size === 0
    for (let slot = 0; slot < numbers.length; slot++) {
      const value = numbers[slot] as number
      const column = columnOf[slot] as number
      if (Number.isNaN(value) || column < 0) continue
      const index = base + column
      const before = values[index] as number
      const first = Number.isNaN(before)
      const way = ways[column]
      if (way === plainSum) {
        const sum = first ? value : before + value
        if (exact && sum <= Number.MAX_SAFE_INTEGER && sum >= -Number.MAX_SAFE_INTEGER) {
          values[index] = sum
          continue
        }
      } else if (way === largest) {
        if (first || value > before) values[index] = value
        continue
      } else if (way === peak) {
        this.#peak(index, value, stopping)
        continue
      } else if (way === agreement) {
        if (first) values[index] = value
        else if (value !== before) asides[index] = 1
        continue
      } else if (way === plainMean || way === weightedMean) {
        const weightSlot = way === plainMean ? -1 : (weightSlots[column] as number)
        if (!stopping) this.#weigh(index, value, weightIn(numbers, weightSlot))
        continue
      }
      this.add(index, column, value, weightIn(numbers, weightSlots[column] as number), stopping)
    }
    if (stopping) return
    for (const column of this.#unlessEmpty) {
      const slot = slots[column] as number
      if (slot >= 0 && Number.isNaN(numbers[slot])) asides[base + column] = 1
    }
  }

  /** Sets a value that is not merged but computed. */
  set(row: number, column: number, value: number): void {
    this.#values[row * this.columns.length + column] = value
  }

  get rows(): number {
    return this.#rows
  }

  /** Merges one value into the cell `index` of `column`. NaN is an empty cell. */
  add(index: number, column: number, given: number, weight: number, stopping: boolean): void {
    const { merge, emptyIsZero } = this.columns[column] as Column
    const value = emptyIsZero && Number.isNaN(given) ? 0 : given
    if (Number.isNaN(value)) {
      if (merge === 'limit-unless-empty' && !stopping) this.#aside[index] = 1
      return
    }
    const values = this.#values
    const before = values[index] as number
    const first = Number.isNaN(before)
    switch (merge) {
      case 'peak':
        this.#peak(index, value, stopping)
        return
      case 'limit-unless-zero':
        if (!stopping && value === 0) this.#aside[index] = 1
        if (!stopping) this.#sum(index, before, value)
        return
      case 'limit':
      case 'limit-unless-empty':
        if (!stopping) this.#sum(index, before, value)
        return
      case 'mean':
        if (!stopping) this.#weigh(index, value, unweighed)
        return
      case 'mean-with-traffic':
        if (weight > 0) this.#weigh(index, value, unweighed)
        return
      case 'weighted-mean':
        if (!stopping) this.#weigh(index, value, weight)
        return
      case 'max':
        if (first || value > before) values[index] = value
        return
      case 'min':
        if (first || value < before) values[index] = value
        return
      case 'min-age':
        if (first || (before < 0 ? value > before : value >= 0 && value < before)) values[index] = value
        return
      case 'none':
        if (first) values[index] = value
        else if (value !== before) this.#aside[index] = 1
        return
      case 'first':
        if (first || (this.#aside[index] === 1 && !stopping)) values[index] = value
        if (first || !stopping) this.#aside[index] = stopping ? 1 : 0
        return
      default:
        this.#sum(index, before, value)
    }
  }

  /** Whether that settled a value beyond 2^53: an underflow is dropped, a sum is kept to the last digit. */
  addBigInteger(index: number, column: number, value: bigint): boolean {
    const { counter, merge } = this.columns[column] as Column
    if (!counter && value >= underflow) return true
    if (merge !== 'sum') return false
    this.#sumBigInteger(index, value)
    return true
  }

  /** The merged rows: NaN where no process had a value. Valid until `clear`. */
  finish(): { values: Float64Array; bigIntegers: ReadonlyMap<number, bigint> } {
    const width = this.columns.length
    const values = this.#values.subarray(0, this.#rows * width)
    const columns = this.columns.flatMap(({ merge }, column) => (unfinished.has(merge) ? [{ merge, column }] : []))
    for (let base = 0; base < values.length; base += width) {
      for (const { merge, column } of columns) {
        const index = base + column
        const aside = this.#aside[index] as number
        if (merge === 'limit-unless-zero') {
          if (aside === 1) values[index] = 0
        } else if (merge === 'none' || merge === 'limit-unless-empty') {
          if (aside === 1) values[index] = Number.NaN
        } else values[index] = (values[index] as number) / Math.abs(aside)
      }
    }
    for (const index of this.#broken) {
      values[index] = Number.NaN
      this.#bigIntegers.delete(index)
    }
    return { values, bigIntegers: this.#bigIntegers }
  }

  #sum(index: number, before: number, value: number): void {
    if (Number.isNaN(before)) this.#values[index] = value
    else if (Math.abs(before + value) <= Number.MAX_SAFE_INTEGER && !this.#bigIntegers.has(index)) {
      this.#values[index] = before + value
    } else if (Number.isInteger(value)) this.#sumBigInteger(index, BigInt(value))
    else this.#sumInexact(index, value)
  }

  /**
   * Values without weight count alike, and only as long as there is none with weight: then how many they are stands aside as
   * a negative number.
   */
  #weigh(index: number, value: number, weight: number): void {
    const values = this.#values
    const before = this.#aside[index] as number
    if (weight > 0) {
      values[index] = (before > 0 ? (values[index] as number) : 0) + value * weight
      this.#aside[index] = Math.max(before, 0) + weight
    } else if (before <= 0) {
      values[index] = (before < 0 ? (values[index] as number) : 0) + value
      this.#aside[index] = before - 1
    }
  }

  /** The sum over processes that are not stopping stands aside. As no peak is below 0, it never falls. */
  #peak(index: number, value: number, stopping: boolean): void {
    const before = this.#values[index] as number
    if (!stopping) this.#aside[index] = (this.#aside[index] as number) + value
    const peak = stopping ? value : (this.#aside[index] as number)
    if (Number.isNaN(before) || peak > before) this.#values[index] = peak
  }

  #sumBigInteger(index: number, value: bigint): void {
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

  #grow(needed: number): void {
    const length = Math.max(needed, this.#values.length * 2)
    const values = new Float64Array(length).fill(Number.NaN, this.#values.length)
    values.set(this.#values)
    const aside = new Float64Array(length)
    aside.set(this.#aside)
    this.#values = values
    this.#aside = aside
  }
}
