import { QuickRow, type StatHeader } from '@haproxystats/haproxy/read'
import type { Column, Source } from './accumulator.ts'

/** How the rows of one kind of objects are read from one answer. */
export interface RowSource extends Source {
  readonly positions: Positions
  readonly quick: QuickRow
  /** The slot of `quick` that holds the type of the row, and the one with its sessions; -1: not reported. */
  readonly typeSlot: number
  readonly sessionsSlot: number
}

/** Where the cells stand that say what a row is. */
interface Positions {
  readonly type: number
  readonly status: number
  readonly sessions: number
}

function positionsOf({ position }: StatHeader): Positions {
  return {
    type: position.get('type') as number,
    status: position.get('status') ?? -1,
    sessions: position.get('stot') ?? -1,
  }
}

export interface Reading {
  readonly stopping: boolean
  /** Whether the status is to be marked, and sessions to be read. */
  readonly status: boolean
  /** Other cells whose places are wanted, instead of that of the status. */
  readonly marked?: readonly number[]
}

/** `columns` are none for rows that nobody wants, of which only the type is read. */
export function rowSource(
  bytes: Uint8Array,
  header: StatHeader,
  columns: readonly Column[],
  { stopping, status, marked }: Reading,
): RowSource {
  const place = (name: string | undefined) => (name === undefined ? -1 : (header.position.get(name) ?? -1))
  const positions = positionsOf(header)
  const cells = Int32Array.from(columns, ({ field, cell }) => place(cell ?? field))
  const weights = Int32Array.from(columns, ({ weight }) => place(weight))
  const sessions = status ? [positions.sessions] : []
  const statusCell = status && positions.status >= 0 ? [positions.status] : []
  const read = [...new Set([positions.type, ...sessions, ...cells, ...weights])].filter((cell) => cell >= 2)
  const slotOf = new Map(read.map((cell, slot) => [cell, slot]))
  const slots = (of: Int32Array) => of.map((cell) => slotOf.get(cell) ?? -1)
  return {
    positions,
    cells,
    weights,
    slots: slots(cells),
    weightSlots: slots(weights),
    stopping,
    quick: new QuickRow(bytes, header, read, marked ?? statusCell),
    typeSlot: slotOf.get(positions.type) ?? -1,
    sessionsSlot: slotOf.get(positions.sessions) ?? -1,
  }
}
