import { writeNumber } from '../../outputs/format/number.ts'
import type { View } from '../live/view.ts'
import { numberAt, quoted } from './cells.ts'

/** What names the sources of a row, behind all that HAProxy prints. */
const sourcesColumn = 'agg'

/**
 * The rows as HAProxy prints them on its page with `;csv`: a comma behind every cell, numbers whole, no empty line at
 * the end. The last column names the sources of a row: `lb1/lb2`.
 */
export function renderCsv(view: View, rows: readonly number[]): Uint8Array {
  const width = view.columns.length
  const names = view.columns.map(({ name }) => name)
  const dash = view.dash ?? -1
  if (dash >= 0) names.splice(dash, 0, '-')
  const sheet = new Sheet(rows.length * width)
  sheet.text(`# ${names.join(',')},${sourcesColumn},\n`)
  const sources = new Map<readonly number[], string>()
  for (const row of rows) {
    for (let column = 0; column < width; column++) {
      if (column === dash) sheet.cell('-')
      const value = numberAt(view, row, column)
      if (!Number.isNaN(value)) sheet.number(value)
      else sheet.cell(view.columns[column]?.isText === true ? view.text(row, column) : undefined)
    }
    if (dash === width) sheet.cell('-')
    sheet.cell(sourcesText(view, row, sources))
    sheet.text('\n')
  }
  return sheet.bytes()
}

function sourcesText(view: View, row: number, known: Map<readonly number[], string>): string {
  const sources = view.rows[row]?.sources ?? []
  let text = known.get(sources)
  if (text === undefined) {
    text = sources.map((source) => view.sources[source]?.name ?? '').join('/')
    known.set(sources, text)
  }
  return text
}

const comma = 0x2c
const zero = 0x30

/** What `writeNumber` may need, and a comma. */
const longestNumber = 351

/** Most cells are empty. */
const usualCell = 4

/** CSV that is being written, as bytes: strings of a million cells would take several times as long. */
class Sheet {
  #bytes: Uint8Array
  #length = 0
  /** Texts as cells; the same ones stand in thousands of rows. */
  readonly #cells = new Map<string, Uint8Array>()

  constructor(cells: number) {
    this.#bytes = new Uint8Array(usualCell * cells + 4096)
  }

  number(value: number | bigint): void {
    this.#reserve(longestNumber)
    if (typeof value === 'number' && value >= 0 && value < 10 && Number.isInteger(value)) {
      this.#bytes[this.#length++] = zero + value
    } else {
      this.#length = writeNumber(this.#bytes, this.#length, typeof value === 'bigint' ? value : Math.round(value))
    }
    this.#bytes[this.#length++] = comma
  }

  cell(text: string | undefined): void {
    if (text === undefined) {
      this.#reserve(1)
      this.#bytes[this.#length++] = comma
      return
    }
    let bytes = this.#cells.get(text)
    if (bytes === undefined) {
      bytes = Buffer.from(`${quoted(text)},`)
      this.#cells.set(text, bytes)
    }
    this.#append(bytes)
  }

  text(text: string): void {
    this.#append(Buffer.from(text))
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const bytes = new Uint8Array(2 * this.#bytes.length + size)
    bytes.set(this.#bytes)
    this.#bytes = bytes
  }
}
