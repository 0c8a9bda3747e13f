import type { Table } from '../types/table.ts'
import type { ServerStates } from './server-states.ts'

/** The words of `skip-servers`. */
export const skippableServers = ['unused', 'maint'] as const
export type SkippedServers = (typeof skippableServers)[number]

/** Which servers of a snapshot are sent. */
export interface ServerSelection {
  /** Whether the server of a row is sent. */
  readonly kept: (row: number) => boolean
  /** Whether it counts as a server of its backend: a free slot does not. */
  readonly counts: (row: number) => boolean
  readonly skipped: number
  /** All that are left, when they are more than the limit. */
  readonly dropped: number
  keep(table: Table): Table
}

/** Applies `skip-servers` and `server-limit` (0 for none) to the rows of the server table. */
export function selectServers(
  rows: number,
  states: ServerStates | undefined,
  { skip, limit }: { skip: ReadonlySet<SkippedServers>; limit: number },
): ServerSelection {
  const unused = (row: number) => skip.has('unused') && (states?.isUnused(row) ?? false)
  const kept = (row: number) => !unused(row) && !(skip.has('maint') && states?.stateOf(row) === 'maint')
  let skipped = 0
  if (skip.size > 0) for (let row = 0; row < rows; row++) if (!kept(row)) skipped++
  const left = rows - skipped
  return {
    kept,
    counts: (row) => !unused(row),
    skipped,
    dropped: limit > 0 && left > limit ? left : 0,
    keep: (table) => (skipped === 0 ? table : keepRows(table, kept)),
  }
}

/** The rows of a table for which `kept` holds. */
export function keepRows(table: Table, kept: (row: number) => boolean): Table {
  const width = table.fields.length
  const rows = table.objects.map((_, row) => row).filter(kept)
  if (rows.length === table.objects.length) return table
  const values = new Float64Array(rows.length * width)
  const bigIntegers = new Map<number, bigint>()
  rows.forEach((from, to) => {
    values.set(table.values.subarray(from * width, (from + 1) * width), to * width)
    for (let column = 0; column < width && table.bigIntegers.size > 0; column++) {
      const whole = table.bigIntegers.get(from * width + column)
      if (whole !== undefined) bigIntegers.set(to * width + column, whole)
    }
  })
  return { ...table, objects: rows.map((row) => table.objects[row] as Table['objects'][number]), values, bigIntegers }
}
