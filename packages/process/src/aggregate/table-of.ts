import type { ObjectName, Table, TableKind } from '../types/table.ts'
import type { Accumulator } from './accumulator.ts'

/** What an accumulator holds, as a table; `objects` in the order of its rows. Valid until the accumulator is cleared. */
export function tableOf(kind: TableKind, accumulator: Accumulator, objects: readonly ObjectName[]): Table {
  const fields = accumulator.columns.map(({ field }) => field)
  return { kind, objects, fields, ...accumulator.finish() }
}
