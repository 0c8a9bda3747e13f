import { Commas } from './commas.ts'
import type { StatHeader } from './scan.ts'

const lineFeed = 0x0a
const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const zero = 0x30

/** With so many digits every whole number is exact in a double. */
const exactDigits = 15

/** A cell that is not read. */
const skipped = -1

/**
 * Reads the rows of one answer as numbers, in one pass: digits become numbers while the commas are looked for, and what
 * stands behind the last cell that is wanted is counted four bytes at a time. That is about as fast as a loop that only
 * looks at every byte (0.6 to 1 times its time for 12 MB of 48,008 rows, where noting the offsets of all cells and then
 * reading numbers took 1.7 times), because most of that loop's time goes into guessing wrong where a cell ends.
 *
 * It takes plain rows only: whole numbers of up to 15 digits and unquoted texts. It declines anything else, and then
 * `scanRows` reads that row with care.
 */
export class QuickRow {
  /** What the last row that was read holds: a number a slot, NaN where the cell is empty. */
  readonly values: Float64Array
  /** Where the cell that is `marked` begins in the last row. */
  mark = 0
  readonly #bytes: Uint8Array
  readonly #commas: Commas
  readonly #width: number
  /** By cell: the slot that it is read into, or that it is skipped. */
  readonly #slots: Int16Array
  readonly #marked: number
  /** The cell behind the last one that is wanted. */
  readonly #wanted: number
  readonly #usable: boolean

  /**
   * @param bytes one whole answer.
   * @param cells those that are read, each into the slot of its index; each once.
   * @param marked a cell whose place is wanted, none of `cells`; -1 for none.
   */
  constructor(bytes: Uint8Array, { names }: StatHeader, cells: readonly number[], marked = -1) {
    this.values = new Float64Array(cells.length)
    this.#bytes = bytes
    this.#commas = new Commas(bytes)
    this.#width = names.length
    this.#slots = new Int16Array(names.length).fill(skipped)
    cells.forEach((cell, slot) => {
      this.#slots[cell] = slot
    })
    this.#marked = marked
    this.#wanted = 1 + Math.max(1, marked, ...cells)
    // Every loop ends at a line feed, at the latest at the last byte.
    this.#usable = bytes[bytes.length - 1] === lineFeed
  }

  /**
   * Reads a row from its third cell on, where `start` is.
   *
   * @returns the position behind the row; -1 when it is not a plain one, and then `values` means nothing.
   */
  read(start: number): number {
    if (!this.#usable) return -1
    const bytes = this.#bytes
    const slots = this.#slots
    const values = this.values
    const wanted = this.#wanted
    let position = start
    for (let cell = 2; cell < wanted; cell++) {
      const slot = slots[cell] as number
      let byte = bytes[position] as number
      if (slot === skipped) {
        if (cell === this.#marked) this.mark = position
        if (byte === quote) return -1
        // A comma and a line feed are smaller than what most texts are made of.
        while (byte > comma) byte = bytes[++position] as number
        while (byte !== comma) {
          if (byte === lineFeed) return -1
          byte = bytes[++position] as number
        }
      } else if (byte === comma) values[slot] = Number.NaN
      else {
        const negative = byte === minus
        if (negative) byte = bytes[++position] as number
        const first = position
        let value = 0
        for (let digit = byte - zero; digit >= 0 && digit <= 9; digit = (bytes[++position] as number) - zero) {
          value = value * 10 + digit
        }
        const digits = position - first
        if (bytes[position] !== comma || digits === 0 || digits > exactDigits) return -1
        values[slot] = negative ? -value : value
      }
      position++
    }
    return this.#endOfRow(position, this.#width - wanted)
  }

  /** The position behind the row when so many cells, none with a quote, are left of it; -1 otherwise. */
  #endOfRow(start: number, left: number): number {
    const commas = this.#commas
    const bytes = this.#bytes
    const before = commas.count
    const end = commas.countFrom(start)
    if (commas.count - before !== left) return -1
    return bytes[end] === lineFeed && bytes[end - 1] === comma ? end + 1 : -1
  }
}
