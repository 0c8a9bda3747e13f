import type { StatHeader } from '@haproxystats/haproxy/read'
import type { Column } from './column.ts'

/**
 * Where an answer has the columns of an accumulator: all arrays have an entry for each column that the answer reports. Sums come
 * first, those in which an empty cell is nothing before those in which it is 0.
 */
export interface Places {
  readonly columns: Int32Array
  readonly cells: Int32Array
  /** Of the field that weighs; -1: the answer does not report it. */
  readonly weightCells: Int32Array
  /** The same as slots of a `QuickRow`. */
  readonly slots: Int32Array
  readonly weightSlots: Int32Array
  /** How many are sums in which an empty cell is nothing, and how many are sums at all. */
  readonly plainSums: number
  readonly sums: number
}

/** @param slotOf the slot of a `QuickRow` by cell. */
export function placesOf(
  columns: readonly Column[],
  { position }: Pick<StatHeader, 'position'>,
  slotOf: ReadonlyMap<number, number>,
): Places {
  const cellOf = (name: string | undefined) => (name === undefined ? -1 : (position.get(name) ?? -1))
  const rank = ({ merge, emptyIsZero }: Column) => (merge === 'sum' ? Number(emptyIsZero) : 2)
  const reported = columns
    .map((column, index) => ({
      index,
      rank: rank(column),
      cell: cellOf(column.cell ?? column.field),
      weight: cellOf(column.weight),
    }))
    .filter(({ cell }) => cell >= 0)
    .sort((one, other) => one.rank - other.rank)
  return {
    columns: Int32Array.from(reported, ({ index }) => index),
    cells: Int32Array.from(reported, ({ cell }) => cell),
    weightCells: Int32Array.from(reported, ({ weight }) => weight),
    slots: Int32Array.from(reported, ({ cell }) => slotOf.get(cell) ?? -1),
    weightSlots: Int32Array.from(reported, ({ weight }) => slotOf.get(weight) ?? -1),
    plainSums: reported.filter((one) => one.rank === 0).length,
    sums: reported.filter((one) => one.rank < 2).length,
  }
}
