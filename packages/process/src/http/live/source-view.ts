import { columnsOf } from './columns.ts'
import { MergedRows } from './rows.ts'
import type { View } from './view.ts'

/** What one of the processes alone says, by its index; `undefined` when it did not answer `show stat`. */
export function viewOfSource(view: View, index: number): View | undefined {
  const source = view.sources[index]
  if (source?.stat === undefined) return undefined
  const columns = columnsOf([source.stat], [])
  const rows = new MergedRows(columns)
  rows.begin()
  rows.merge(source.stat, { source: 0, stopping: false })
  const { columns: shown, columnOf, dash } = columns
  return {
    ...view,
    ...rows.finish(),
    sources: [source],
    columns: shown,
    columnOf,
    dash,
    info: source.info ?? new Map(),
    tables: [],
  }
}
