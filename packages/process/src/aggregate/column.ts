import type { Merge } from '@haproxystats/haproxy/read'

/** How a column is merged: as the table of fields says, or as haproxystats 0.5.2 did where existing graphs rely on it. */
export type ColumnMerge = Merge | 'mean-with-traffic'

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
  /** A mean is rounded, as HAProxy prints it. */
  readonly whole?: boolean
}

/** Merges in which it makes no difference whether a process is stopping, and that are finished as soon as all is merged. */
const shareable: ReadonlySet<ColumnMerge> = new Set<ColumnMerge>(['sum', 'max', 'min', 'min-age'])

/**
 * Whether one column holds what another one asks for. That an empty cell counts as 0 makes no difference: where all are empty, 0 can
 * take the place of nothing afterwards.
 */
export function isSameMerge(column: Column, other: Column): boolean {
  return (
    shareable.has(column.merge) &&
    column.merge === other.merge &&
    column.counter === other.counter &&
    (column.cell ?? column.field) === (other.cell ?? other.field) &&
    (column.merge === 'sum' || column.emptyIsZero === other.emptyIsZero)
  )
}
