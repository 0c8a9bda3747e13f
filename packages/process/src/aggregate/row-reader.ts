import { cellText, QuickRow, readNumber, type StatHeader, textUpToComma } from '@haproxystats/haproxy/read'
import type { Accumulator } from './accumulator.ts'
import type { Column } from './column.ts'
import { type Places, placesOf } from './places.ts'
import type { StatColumns } from './stat-columns.ts'
import type { Texts } from './texts.ts'

/** What is wanted of the rows of one kind. */
export interface Wanted {
  /** Columns of the table of the kind, and of servers over all backends. */
  readonly table: readonly Column[]
  readonly aggregated: readonly Column[]
  /** Whether the status is wanted, and whether there were sessions. */
  readonly status: boolean
  /** All columns; their texts only where an answer's own are wanted. */
  readonly all: Pick<StatColumns, 'columns' | 'merged' | 'texts' | 'explaining'> | undefined
  /** The columns in which rows of the kind have something, by name, as far as is known; unset: it is not known. */
  readonly printed: ReadonlySet<string> | undefined
}

/** Reads the rows of one kind from one answer to `show stat`: quickly where that is possible, otherwise with care. */
export class RowReader {
  readonly table: Places
  readonly aggregated: Places
  /** All columns, as rows that are read quickly have them, and as all rows do. */
  readonly all: Places
  readonly allCarefully: Places
  readonly #bytes: Uint8Array
  readonly #quick: QuickRow
  readonly #typeSlot: number
  readonly #unprinted: readonly (readonly [name: string, cell: number])[]
  readonly #status: { readonly mark: number; readonly cell: number; readonly sessions: number; readonly slot: number }
  /** By text: its place among the marks, and its cell; -1 where the answer has it not. */
  readonly #marks: Int32Array
  readonly #textCells: Int32Array
  /** By column that explains a status: its slot and its cell. */
  readonly #explaining: readonly { readonly slot: number; readonly cell: number }[]
  /** The last row, when it was read with care. */
  #careful: Uint8Array | undefined
  #offsets: Int32Array = new Int32Array(0)

  constructor(bytes: Uint8Array, header: StatHeader, { table, aggregated, status, all, printed }: Wanted) {
    const cellOf = (name: string | undefined) => (name === undefined ? -1 : (header.position.get(name) ?? -1))
    const nameOf = (column: number) => all?.columns[column]?.name
    const type = cellOf('type')
    const sessions = status ? cellOf('stot') : -1
    const statusCell = status ? cellOf('status') : -1
    const textCells = (all?.texts ?? []).map((column) => cellOf(nameOf(column)))
    const explaining = (all?.explaining ?? []).map((column) => cellOf(nameOf(column)))
    const unprinted = new Map([...header.position].filter(([name]) => printed?.has(name) === false))
    const isPrinted = ({ field, cell }: Column) => !unprinted.has(cell ?? field)
    const columns = [...table, ...aggregated, ...(all?.merged.filter(isPrinted) ?? [])]
    const numbers = columns.flatMap(({ field, cell, weight }) => [cellOf(cell ?? field), cellOf(weight)])
    const needed = new Set([type, sessions, statusCell, ...numbers])
    const empty = new Set([...unprinted.values()].filter((cell) => cell >= 2 && !needed.has(cell)))
    const chosen = (cells: readonly number[]) => [...new Set(cells)].filter((cell) => cell >= 2 && !empty.has(cell))
    const read = chosen([type, sessions, ...explaining, ...numbers])
    const marked = chosen([statusCell, ...textCells]).filter((cell) => !read.includes(cell))
    const slotOf = new Map(read.map((cell, slot) => [cell, slot]))
    const places = (of: readonly Column[], among?: (column: Column) => boolean) => placesOf(of, header, slotOf, among)
    this.table = places(table)
    this.aggregated = places(aggregated)
    this.all = places(all?.merged ?? [], isPrinted)
    this.allCarefully = places(all?.merged ?? [])
    this.#bytes = bytes
    this.#unprinted = [...unprinted]
    this.#quick = new QuickRow(bytes, header, read, marked, empty)
    this.#typeSlot = slotOf.get(type) as number
    this.#status = {
      mark: marked.indexOf(statusCell),
      cell: statusCell,
      sessions,
      slot: slotOf.get(sessions) ?? -1,
    }
    this.#marks = Int32Array.from(textCells, (cell) => marked.indexOf(cell))
    this.#textCells = Int32Array.from(textCells)
    this.#explaining = explaining.map((cell) => ({ cell, slot: slotOf.get(cell) ?? -1 }))
  }

  /** Reads the row of that type from its third cell on; the position behind it, -1 when it has to be read with care. */
  quickly(start: number, type: number): number {
    this.#careful = undefined
    const end = this.#quick.read(start)
    return end >= 0 && this.#quick.values[this.#typeSlot] === type ? end : -1
  }

  /** Takes the row with these cells, until the next one is read. */
  carefully(row: Uint8Array, offsets: Int32Array): void {
    this.#careful = row
    this.#offsets = offsets
  }

  /** Merges the row with all columns. */
  mergeAllInto(accumulator: Accumulator, row: number, stopping: boolean): void {
    this.mergeInto(accumulator, row, this.#careful === undefined ? this.all : this.allCarefully, stopping)
  }

  /** The columns in which the row has something though rows of its kind had not: it was read with care then. */
  unexpected(): string[] {
    if (this.#careful === undefined) return []
    const offsets = this.#offsets
    const isFilled = (cell: number) => (offsets[cell + 1] as number) - (offsets[cell] as number) > 1
    return this.#unprinted.flatMap(([name, cell]) => (isFilled(cell) ? [name] : []))
  }

  /** Merges the row into that of an accumulator. */
  mergeInto(accumulator: Accumulator, row: number, places: Places, stopping: boolean): void {
    if (this.#careful === undefined) accumulator.mergeNumbers(row, this.#quick.values, places, stopping)
    else accumulator.mergeCells(row, this.#careful, this.#offsets, places, stopping)
  }

  /** `undefined` when the answer has no such column. */
  status(): string | undefined {
    const { mark, cell } = this.#status
    if (cell < 0) return undefined
    if (this.#careful !== undefined) return cellText(this.#careful, this.#offsets, cell)
    return textUpToComma(this.#bytes, this.#quick.marks[mark] as number)
  }

  hadSessions(): boolean {
    const { sessions, slot } = this.#status
    if (sessions < 0) return false
    if (this.#careful !== undefined) return cellText(this.#careful, this.#offsets, sessions) !== '0'
    return this.#quick.values[slot] !== 0
  }

  /** The number that `texts` has for a text of the row, which may be one that is expected. */
  text(text: number, texts: Texts, expected: number): number {
    if (this.#careful === undefined) {
      const mark = this.#marks[text] as number
      if (mark < 0) return 0
      const start = this.#quick.marks[mark] as number
      return texts.isAt(expected, this.#bytes, start) ? expected : texts.upToComma(this.#bytes, start)
    }
    const cell = this.#textCells[text] as number
    const offsets = this.#offsets
    return cell < 0 ? 0 : texts.between(this.#careful, offsets[cell] as number, (offsets[cell + 1] as number) - 1)
  }

  /** What the row has in one of the columns that explain a status, by its index among them. */
  explanation(index: number): number {
    const { slot = -1, cell = -1 } = this.#explaining[index] ?? {}
    if (slot < 0) return Number.NaN
    if (this.#careful === undefined) return this.#quick.values[slot] as number
    return readNumber(this.#careful, this.#offsets[cell] as number, (this.#offsets[cell + 1] as number) - 1)
  }
}
