import type { View } from '../view/view.ts'

/** One series asked for: a row by its key (see `keyOf`; `daemon` and `p:<source>` for `show info`) and a field. */
export interface SeriesName {
  readonly key: string
  readonly field: string
}

/** Values at equal steps, oldest first; NaN where nothing is known. */
export interface Series extends SeriesName {
  readonly unit: string
  readonly values: Float64Array
}

export interface HistoryAnswer {
  /** Seconds since the epoch of the first value, and between two. */
  readonly begin: number
  readonly step: number
  readonly series: readonly Series[]
}

/** What the page draws: values of the last hour at every snapshot and of the last day at a coarser step. */
export interface History {
  add(view: View): void
  /** The last `seconds`, in at most `points` values a series. Names nobody knows are left out. */
  read(names: readonly SeriesName[], range: { readonly seconds: number; readonly points: number }): HistoryAnswer
}
