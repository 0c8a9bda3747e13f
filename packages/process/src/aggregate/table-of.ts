import type { ObjectName, Table, TableKind } from '../types/table.ts'
import type { Accumulator } from './accumulator.ts'

/** What an accumulator holds, as a table; `rows` in its order. Valid until the accumulator is cleared. */
export function tableOf(
  kind: TableKind,
  accumulator: Accumulator,
  rows: readonly { readonly object: ObjectName }[],
): Table {
  const fields = accumulator.columns.map(({ field }) => field)
  return { kind, objects: rows.map(({ object }) => object), fields, ...accumulator.finish() }
}
