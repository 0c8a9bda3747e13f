import type { RowKind, ViewRow } from './view.ts'

export type RowsByKind = Readonly<Record<RowKind, Int32Array>>

const known = new WeakMap<readonly ViewRow[], RowsByKind>()

/** The indexes of rows by their kind, in ascending order; made once for the rows of a view. */
export function rowsByKind(rows: readonly ViewRow[]): RowsByKind {
  const before = known.get(rows)
  if (before !== undefined) return before
  const indexes: Record<RowKind, number[]> = { frontend: [], backend: [], server: [], listener: [] }
  rows.forEach(({ kind }, index) => {
    indexes[kind].push(index)
  })
  const { frontend, backend, server, listener } = indexes
  const found = {
    frontend: Int32Array.from(frontend),
    backend: Int32Array.from(backend),
    server: Int32Array.from(server),
    listener: Int32Array.from(listener),
  }
  known.set(rows, found)
  return found
}
