import { readNumber, type StatHeader } from '@haproxystats/haproxy/read'
import type { Column } from '../../aggregate/accumulator.ts'
import { type RowSource, rowSource } from '../../aggregate/row-source.ts'
import type { ViewColumns } from './columns.ts'
import type { Texts } from './texts.ts'

/** A row that a `QuickRow` declined. */
interface CarefulRow {
  readonly bytes: Uint8Array
  readonly offsets: Int32Array
}

/** How the rows of one answer to `show stat` are read: numbers by the sources, texts and what explains a status by name. */
export class AnswerReader {
  /** For rows that no process that takes new work has; and for those that one has, beside which a stopping one has no say. */
  readonly alone: RowSource
  readonly beside: RowSource
  /** The column of each slot of the `QuickRow`; -1 for what is not merged. */
  readonly columnOfSlot: Int16Array
  /** Set while a row is merged that is read with care. */
  careful: CarefulRow | undefined
  readonly #bytes: Uint8Array
  /** By text: its place among the marks and among the cells; -1 where the answer has it not. */
  readonly #marks: Int32Array
  readonly #cells: Int32Array
  /** By column that explains a status: its slot and its cell. */
  readonly #explaining: readonly { readonly slot: number; readonly cell: number }[]

  /** @param explaining columns that are read, but not merged. */
  constructor(bytes: Uint8Array, header: StatHeader, { columns, merged, texts, stopping, explaining }: Wanted) {
    const cells = texts.map((column) => header.position.get(columns[column]?.name as string) ?? -1)
    const marked = cells.filter((cell) => cell >= 0)
    this.#bytes = bytes
    this.#cells = Int32Array.from(cells)
    this.#marks = Int32Array.from(cells, (cell) => marked.indexOf(cell))
    this.alone = rowSource(bytes, header, merged, { stopping: false, status: false, marked })
    this.#explaining = explaining.map((column) => {
      const { slots, cells } = this.alone
      const places = { slot: slots[column] as number, cell: cells[column] as number }
      slots[column] = -1
      cells[column] = -1
      return places
    })
    this.columnOfSlot = new Int16Array(this.alone.quick.values.length).fill(-1)
    this.alone.slots.forEach((slot, column) => {
      if (slot >= 0) this.columnOfSlot[slot] = column
    })
    this.beside = stopping ? { ...this.alone, stopping } : this.alone
  }

  /** The number that `texts` has for a text of the row that was read last. */
  readonly text = (text: number, texts: Texts): number => {
    if (this.careful === undefined) {
      const mark = this.#marks[text] as number
      return mark < 0 ? 0 : texts.upToComma(this.#bytes, this.alone.quick.marks[mark] as number)
    }
    const { bytes, offsets } = this.careful
    const cell = this.#cells[text] as number
    return cell < 0 ? 0 : texts.between(bytes, offsets[cell] as number, (offsets[cell + 1] as number) - 1)
  }

  /** What the row that was read last has in one of the columns that explain a status, by its index among them. */
  explanation(index: number): number {
    const { slot = -1, cell = -1 } = this.#explaining[index] ?? {}
    if (slot < 0) return Number.NaN
    if (this.careful === undefined) return this.alone.quick.values[slot] as number
    const { bytes, offsets } = this.careful
    return readNumber(bytes, offsets[cell] as number, (offsets[cell + 1] as number) - 1)
  }
}

export interface Wanted extends Pick<ViewColumns, 'columns' | 'texts'> {
  readonly merged: readonly Column[]
  readonly explaining: readonly number[]
  readonly stopping: boolean
}
