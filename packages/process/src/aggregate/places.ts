import type { StatHeader } from '@haproxystats/haproxy/read'
import type { Column } from './column.ts'

/**
 * Where an answer has the columns of an accumulator: all arrays have an entry for each column that the answer reports. Sums come
 * first, those in which an empty cell is nothing before those in which it is 0; then maxima, and what is taken from one process.
 */
export interface Places {
  readonly columns: Int32Array
  readonly cells: Int32Array
  /** Of the field that weighs; -1: the answer does not report it. */
  readonly weightCells: Int32Array
  /** The same as slots of a `QuickRow`. */
  readonly slots: Int32Array
  readonly weightSlots: Int32Array
  /** Where each of these ends. */
  readonly plainSums: number
  readonly sums: number
  readonly maxima: number
  readonly firsts: number
}

/** @param slotOf the slot of a `QuickRow` by cell. */
export function placesOf(
  columns: readonly Column[],
  { position }: Pick<StatHeader, 'position'>,
  slotOf: ReadonlyMap<number, number>,
  among: (column: Column) => boolean = () => true,
): Places {
  const cellOf = (name: string | undefined) => (name === undefined ? -1 : (position.get(name) ?? -1))
  const reported = columns
    .map((column, index) => ({
      index,
      rank: rank(column),
      cell: cellOf(column.cell ?? column.field),
      weight: cellOf(column.weight),
    }))
    .filter(({ index, cell }) => cell >= 0 && among(columns[index] as Column))
    .sort((one, other) => one.rank - other.rank)
  const countUpTo = (most: number) => reported.filter((one) => one.rank <= most).length
  return {
    columns: Int32Array.from(reported, ({ index }) => index),
    cells: Int32Array.from(reported, ({ cell }) => cell),
    weightCells: Int32Array.from(reported, ({ weight }) => weight),
    slots: Int32Array.from(reported, ({ cell }) => slotOf.get(cell) ?? -1),
    weightSlots: Int32Array.from(reported, ({ weight }) => slotOf.get(weight) ?? -1),
    plainSums: countUpTo(0),
    sums: countUpTo(1),
    maxima: countUpTo(2),
    firsts: countUpTo(3),
  }
}

function rank({ merge, emptyIsZero }: Column): number {
  if (merge === 'sum') return emptyIsZero ? 1 : 0
  if (emptyIsZero) return 4
  return merge === 'max' ? 2 : merge === 'first' ? 3 : 4
}
