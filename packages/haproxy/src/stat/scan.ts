import { StatsError } from '@haproxystats/core/snapshot'
import { answerLimits } from '../limits.ts'
import { latin1Text } from './number.ts'
import { parseRecord } from './record.ts'

const lineFeed = 0x0a
const comma = 0x2c
const quote = 0x22
const hash = 0x23

/** No name of HAProxy's has a space in it. */
const headerBegin = '# pxname,'

/**
 * The header of HAProxy 1.5 and 1.6 has 62 columns. Only these releases write the names of listeners as they are
 * configured (`bind … name a,"b"`), with commas and quotes that mean nothing.
 */
export const columnsOfRawNames = 62

/** The columns of one answer. */
export interface StatHeader {
  /** As printed, in order; may hold `-` and `(null)`, more than once. */
  readonly names: readonly string[]
  /** Position by name; `-`, `(null)` and empty names are not columns. */
  readonly position: ReadonlyMap<string, number>
}

/**
 * Called for every row but those of the header. Cell `c` is `bytes.subarray(offsets[c], offsets[c + 1] - 1)`; both arrays
 * are reused for the next row.
 */
export type OnRow = (bytes: Uint8Array, offsets: Int32Array) => void

/** Asked at the beginning of every row: the position behind it when it is dealt with already, -1 to have it scanned. */
export type Quick = (position: number) => number

const never: Quick = () => -1

/** Headers by their line: one answer after the other has the same columns, and there are a few releases at a time. */
const headers = new Map<string, StatHeader>()
const mostHeaders = 16

/**
 * Reads the first line of `show stat`: `# pxname,svname,…,` with a comma behind every name.
 *
 * @returns the header and where the rows begin.
 * @throws ANSWER_MALFORMED when the bytes do not begin so, or the columns are more than any HAProxy prints.
 */
export function scanHeader(bytes: Uint8Array): { header: StatHeader; rows: number } {
  const end = bytes.indexOf(lineFeed)
  if (end > answerLimits.cellBytes) {
    throw malformed(`has a first line of more than ${answerLimits.cellBytes} bytes`)
  }
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, Math.max(0, end)).toString('latin1')
  const before = headers.get(line)
  if (before !== undefined) return { header: before, rows: end + 1 }
  if (!line.startsWith(headerBegin) || !line.endsWith(',')) {
    throw malformed('does not begin with "# pxname,…," as the answer to show stat does')
  }
  const names = line.slice(2, -1).split(',')
  if (names.length > answerLimits.statColumns) {
    throw malformed(`has more than ${answerLimits.statColumns} columns, as no HAProxy prints`)
  }
  const position = new Map<string, number>()
  names.forEach((name, index) => {
    if (name === '' || name === '-' || name === '(null)') return
    if (position.has(name)) throw malformed(`has the column ${name} twice`)
    position.set(name, index)
  })
  for (const name of ['svname', 'type']) {
    if (!position.has(name)) throw malformed(`the answer to show stat has no column ${name}`)
  }
  if (headers.size === mostHeaders) headers.clear()
  const header = { names, position }
  headers.set(line, header)
  return { header, rows: end + 1 }
}

/**
 * Walks over the rows of `show stat` and hands each to `onRow`, without making a string or an object for it. A row with
 * a quoted cell, which is rare (texts of health checks), goes through csv-parse; a quote within a cell is only a letter.
 * Listener rows are handed over like others, except those of HAProxy 1.5 and 1.6 whose raw name holds commas: these are
 * left out, as nothing can tell their cells.
 *
 * @param bytes one whole answer, from `# pxname,` to the empty line.
 * @throws ANSWER_MALFORMED when it does not end with an empty line, a row is not as wide as the header, or a cell is longer than
 *   any that HAProxy prints.
 */
export function scanRows(bytes: Uint8Array, header: StatHeader, rows: number, onRow: OnRow, quick = never): void {
  const reader = new RowReader(bytes, header)
  let position = rows
  for (let row = 1; position < bytes.length; row++) {
    if (bytes[position] === lineFeed) {
      if (position + 1 < bytes.length) throw malformed('goes on after the empty line at its end')
      return
    }
    if (bytes[position] === hash && isHeader(bytes, position)) {
      throw malformed(`has its header again in place of row ${row}`)
    }
    const end = quick(position)
    if (end > 0) {
      boundCells(bytes, position, end, row)
      position = end
    } else {
      position = reader.read(position, row)
      if (reader.cells !== undefined) onRow(reader.cells, reader.offsets)
    }
  }
  throw malformed('does not end with an empty line')
}

/** Reads any row of an answer, one at a time. */
class RowReader {
  /** What `offsets` are of: the answer, or a copy of a quoted row without its quotes; undefined when the row is to be left out. */
  cells: Uint8Array | undefined
  readonly offsets: Int32Array
  readonly #bytes: Uint8Array
  readonly #width: number
  readonly #type: number

  constructor(bytes: Uint8Array, { names, position }: StatHeader) {
    this.#bytes = bytes
    this.#width = names.length
    this.#type = position.get('type') as number
    this.offsets = new Int32Array(names.length + 1)
  }

  /** Returns the position behind the row that begins at `start`. */
  read(start: number, row: number): number {
    const bytes = this.#bytes
    const offsets = this.offsets
    const width = this.#width
    offsets[0] = start
    let cells = 0
    let cellStart = start
    let position = start
    let byte = 0
    for (; position < bytes.length; position++) {
      byte = bytes[position] as number
      if (byte === comma) {
        cells++
        cellStart = position + 1
        if (cells <= width) offsets[cells] = cellStart
      } else if (byte === lineFeed || (byte === quote && position === cellStart)) break
    }
    if (byte === quote) return this.#readQuoted(start, row)
    boundCells(bytes, start, position, row)
    if (byte !== lineFeed) throw malformed(`ends within row ${row}`)
    this.cells = bytes
    if (cells !== width || bytes[position - 1] !== comma) {
      this.cells = undefined
      const surplus = cells - width
      const listener = surplus > 0 && this.#isListener(bytes.subarray(start, position), surplus)
      if (!listener)
        throw surplus === 0 ? malformed(`row ${row} does not end with a comma`) : this.#widthError(row, cells)
    }
    return position + 1
  }

  /**
   * A row with a quote at the beginning of a cell, as csv-parse reads it, unless it is the row of a listener whose raw name has
   * that quote: that ends with its line, whatever the quote would mean.
   */
  #readQuoted(start: number, row: number): number {
    const end = this.#bytes.indexOf(lineFeed, start)
    const line = this.#bytes.subarray(start, Math.max(start, end))
    const mayBeRaw = this.#width === columnsOfRawNames && line.length <= answerLimits.cellBytes
    const surplus = mayBeRaw ? line.filter((byte) => byte === comma).length - this.#width : -1
    const listener = surplus >= 0 && this.#isListener(line, surplus)
    this.cells = undefined
    // Without a surplus it can be nothing else; with one, it could be a text of a health check that has commas.
    if (listener && surplus === 0) return end + 1
    try {
      const record = parseRecord(this.#bytes, start)
      if (record.cells.length !== this.#width) throw this.#widthError(row, record.cells.length)
      this.cells = layOut(record.cells, this.offsets)
      return record.end
    } catch (error) {
      if (listener) return end + 1
      throw error
    }
  }

  /** Whether a row with so many cells too many is of a listener, whose raw name, before its type, has them. */
  #isListener(line: Uint8Array, surplus: number): boolean {
    if (line.length > answerLimits.cellBytes) return false
    return latin1Text(line, 0, line.length).split(',')[this.#type + surplus] === '3'
  }

  #widthError(row: number, cells: number): StatsError {
    return malformed(`row ${row} has ${cells} cells where the header has ${this.#width}`)
  }
}

function isHeader(bytes: Uint8Array, start: number): boolean {
  return latin1Text(bytes, start, Math.min(bytes.length, start + headerBegin.length)) === headerBegin
}

/** Hardly any row is as long as a cell may be, so that hardly any is looked at. */
function boundCells(bytes: Uint8Array, start: number, end: number, row: number): void {
  const { cellBytes } = answerLimits
  if (end - start <= cellBytes) return
  let cellStart = start
  for (let position = start; position <= end; position++) {
    if (position - cellStart > cellBytes) {
      throw malformed(`has a cell of more than ${cellBytes} bytes in row ${row}`)
    }
    if (bytes[position] === comma) cellStart = position + 1
  }
}

/** One cell of a row that `scanRows` hands over, a byte a character. */
export function cellText(bytes: Uint8Array, offsets: Int32Array, cell: number): string {
  return latin1Text(bytes, offsets[cell] as number, (offsets[cell + 1] as number) - 1)
}

/** The unquoted cell that begins at `start`, a byte a character. */
export function textUpToComma(bytes: Uint8Array, start: number): string {
  return latin1Text(bytes, start, bytes.indexOf(comma, start))
}

/** Puts parsed cells into bytes of their own, so that they are found by offsets like those of an ordinary row. */
function layOut(cells: readonly Buffer[], offsets: Int32Array): Uint8Array {
  let position = 0
  for (let cell = 0; cell < cells.length; cell++) {
    offsets[cell] = position
    position += (cells[cell] as Buffer).length + 1
  }
  offsets[cells.length] = position
  const bytes = new Uint8Array(position)
  cells.forEach((cell, index) => {
    bytes.set(cell, offsets[index])
  })
  return bytes
}

function malformed(what: string): StatsError {
  return new StatsError('ANSWER_MALFORMED', what)
}
