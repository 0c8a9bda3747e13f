import { StatsError } from '@haproxystats/core'
import { answerLimits } from '../limits.ts'
import { Commas } from '../stat/commas.ts'
import { columnsOfRawNames } from '../stat/scan.ts'

const comma = 0x2c
const hash = 0x23
const lineFeed = 0x0a
const quote = 0x22

/** Where the next byte is. A quote opens a cell only as its first byte; inside one, two quotes mean a quote. */
const atCellStart = 0
const inPlainCell = 1
const inQuotedCell = 2
const afterQuote = 3

/**
 * Checks the answer to `show stat` in pieces of any size: every row as wide as the header, every cell closed by its comma, an
 * empty line at the end and nothing after it. Line feeds in quoted cells (`last_chk` up to HAProxy 2.9) are part of their
 * row. In releases that do not quote names of listeners, a comma in one makes its row wider than the header; such a row is
 * accepted. A row may be as long as one cell (`answerLimits`), and only the header begins with `#`. Keeps nothing but
 * numbers.
 */
export class StatChecker {
  readonly #source: string
  #cell: 0 | 1 | 2 | 3 = atCellStart
  #separators = 0
  #columns = 0
  #lines = 0
  /** Bytes of the current row in earlier pieces. */
  #length = 0
  #ended = false

  constructor(source: string) {
    this.#source = source
  }

  /** Rows so far, without the header. */
  get rows(): number {
    return Math.max(0, this.#lines - 1)
  }

  /** Whether the empty line at the end has passed. */
  get ended(): boolean {
    return this.#ended
  }

  /** Throws `ANSWER_MALFORMED` or `ANSWER_TOO_LARGE` at the first byte that cannot belong to an answer. */
  push(bytes: Uint8Array): void {
    const commas = new Commas(bytes)
    let start = 0
    for (let index = 0; index < bytes.length; index++) {
      if (this.#ended) throw this.#malformed('has text after its end')
      if (this.#cell === atCellStart || this.#cell === inPlainCell) {
        const before = commas.count
        const end = commas.countFrom(index)
        this.#separators += commas.count - before
        if (end > index) this.#cell = bytes[end - 1] === comma ? atCellStart : inPlainCell
        index = end
        if (index === bytes.length) break
      }
      const endsRow = bytes[index] === lineFeed && this.#cell !== inQuotedCell
      if (endsRow) this.#checkLength(bytes, start, index)
      this.#take(bytes[index] as number)
      if (!endsRow) continue
      start = index + 1
      this.#length = 0
    }
    this.#checkLength(bytes, start, bytes.length)
    this.#length += bytes.length - start
  }

  /** The part of the current row that is in this piece. */
  #checkLength(bytes: Uint8Array, start: number, end: number): void {
    const begins = this.#length === 0 && end > start
    if (begins && bytes[start] === hash && this.#lines > 0) throw this.#malformed(`begins again in row ${this.#lines}`)
    const { statColumns, cellBytes } = answerLimits
    if (this.#lines === 0 && this.#separators > statColumns) throw this.#tooLarge(`${statColumns} columns`, statColumns)
    if (this.#length + end - start > cellBytes)
      throw this.#tooLarge(`${cellBytes} bytes in row ${this.#lines}`, cellBytes)
  }

  /** One byte: in or after a quoted cell any, a line feed or a quote otherwise. */
  #take(byte: number): void {
    const cell = this.#cell
    if (cell === inQuotedCell) {
      if (byte === quote) this.#cell = afterQuote
    } else if (byte === comma) {
      this.#separators++
      this.#cell = atCellStart
    } else if (byte === lineFeed) {
      this.#endRow(this.#separators, cell === atCellStart)
      this.#separators = 0
      this.#cell = atCellStart
    } else if (byte === quote && cell !== inPlainCell) {
      this.#cell = inQuotedCell
    } else {
      const quotesNames = this.#lines > 0 && this.#columns !== columnsOfRawNames
      if (cell === afterQuote && quotesNames) throw this.#malformed('has text after a closing quote')
      this.#cell = inPlainCell
    }
  }

  /** Throws `ANSWER_TRUNCATED` unless the whole answer has passed. */
  end(): void {
    if (!this.#ended) throw this.#truncated(`ended within or after row ${this.rows}, without its empty line`)
    if (this.rows === 0) throw this.#truncated('has a header but no row: the process is stopping', { stopping: true })
  }

  /** A line feed outside quotes: the end of a row, or of the answer when the line is empty. */
  #endRow(separators: number, lastCellClosed: boolean): void {
    if (separators === 0 && lastCellClosed) {
      this.#ended = true
      return
    }
    if (this.#lines === 0) this.#columns = separators
    const expected = this.#columns
    const wide = separators > expected && expected === columnsOfRawNames
    if (!lastCellClosed || (separators !== expected && !wide)) {
      const found = lastCellClosed ? `${separators} columns` : 'a last cell without a comma'
      throw this.#malformed(`has ${found} in row ${this.#lines}, but the header has ${expected} columns`)
    }
    this.#lines++
  }

  #malformed(what: string): StatsError {
    const details = { source: this.#source, row: this.#lines }
    return new StatsError('ANSWER_MALFORMED', `the answer of ${this.#source} to show stat ${what}`, details)
  }

  #tooLarge(what: string, limit: number): StatsError {
    const details = { source: this.#source, row: this.#lines, limit }
    const text = `the answer of ${this.#source} to show stat has more than ${what}, which no HAProxy prints; is it a stats socket of HAProxy?`
    return new StatsError('ANSWER_TOO_LARGE', text, details)
  }

  #truncated(what: string, more: { stopping?: true } = {}): StatsError {
    const details = { source: this.#source, rows: this.rows, ...more }
    return new StatsError('ANSWER_TRUNCATED', `the answer of ${this.#source} to show stat ${what}`, details)
  }
}
