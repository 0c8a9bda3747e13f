import { parseRecord, scanHeader } from '@haproxystats/haproxy/read'

const comma = 0x2c
const lineFeed = 0x0a
const quote = 0x22

/**
 * Finds rows by their names in one process's answer to `show stat`. Asked for rows in the order in which they are printed, it
 * passes over the answer once.
 */
export class RowFinder {
  readonly #bytes: Buffer
  readonly #names: readonly string[]
  readonly #rows: number
  /** Up to here it is known whether a quoted cell is open; within one no row begins. */
  #position: number
  #isOpen = false

  /** @throws ANSWER_MALFORMED when the bytes are no answer to `show stat`. */
  constructor(stat: Uint8Array) {
    this.#bytes = Buffer.from(stat.buffer, stat.byteOffset, stat.length)
    const { header, rows } = scanHeader(stat)
    this.#names = header.names
    this.#rows = rows
    this.#position = rows
  }

  /** The cells of a row that are not empty, by column; `undefined` when this process does not have it. */
  find(pxname: string, svname: string): ReadonlyMap<string, string> | undefined {
    const wanted = Buffer.from(`\n${pxname},${svname},`)
    const start = this.#search(wanted, this.#position) ?? this.#search(wanted, this.#rows)
    return start === undefined ? undefined : this.#cells(start + 1)
  }

  #search(wanted: Buffer, from: number): number | undefined {
    // The line feed before the first row is the end of the header.
    for (let at = this.#bytes.indexOf(wanted, from - 1); at >= 0; at = this.#bytes.indexOf(wanted, at + 1)) {
      if (!this.#isQuoted(at + 1)) return at
    }
    return undefined
  }

  #isQuoted(position: number): boolean {
    if (position < this.#position) {
      this.#position = this.#rows
      this.#isOpen = false
    }
    const bytes = this.#bytes
    let at = bytes.indexOf(quote, this.#position)
    while (at >= 0 && at < position) {
      // Only a quote that begins a cell opens it; within, two are one.
      const before = bytes[at - 1]
      if (!this.#isOpen) this.#isOpen = before === comma || before === lineFeed
      else if (bytes[at + 1] === quote) at++
      else this.#isOpen = false
      at = bytes.indexOf(quote, at + 1)
    }
    this.#position = position
    return this.#isOpen
  }

  #cells(start: number): ReadonlyMap<string, string> {
    const cells = new Map<string, string>()
    parseRecord(this.#bytes, start).cells.forEach((cell, column) => {
      const name = this.#names[column]
      if (name === undefined || name === '-' || name === '' || cell.length === 0 || cells.has(name)) return
      cells.set(name, cell.toString('utf8'))
    })
    return cells
  }
}
