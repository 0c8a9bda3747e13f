import type { View } from '../live/view.ts'
import type { Rates } from './rates.ts'

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

/** When a row was there first, and last. */
export interface Lifetime {
  readonly since: number
  readonly seen: number
}

/** What the page draws: values of the last hour at every snapshot and of the last day at a coarser step. */
export interface History {
  add(view: View): void
  /** The last `seconds`, in at most `points` values a series. Names nobody knows are left out. */
  read(names: readonly SeriesName[], range: { readonly seconds: number; readonly points: number }): HistoryAnswer
  /** What counters of the newest snapshot have grown by; absent until there was one. */
  readonly rates: Rates | undefined
  /** The value of a series in the snapshot of this time; NaN when it is not known, or not kept singly any more. */
  value(name: SeriesName, time: number): number
  /** From when on the series passes without a break up to now; `undefined` when its newest value does not pass. */
  since(name: SeriesName, passes: (value: number) => boolean): number | undefined
  /** Keys of the rows that are kept and begin so, with those that vanished less than a day ago. */
  keys(prefix: string): readonly string[]
  lifetime(key: string): Lifetime | undefined
}
