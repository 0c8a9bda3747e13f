import { StatsError } from '@haproxystats/core'
import { statFieldByName } from '../fields/index.ts'
import { infoInteger, infoNumber, parseInfo } from '../info/parse.ts'
import { answerLimits } from '../limits.ts'
import { readInteger, readNumber } from '../stat/number.ts'
import { QuickRow } from '../stat/quick-row.ts'
import { cellText, type StatHeader, scanHeader, scanRows } from '../stat/scan.ts'
import type { Count, Counts } from './counts.ts'
import { infoCounters, statCounters } from './names.ts'
import { RowCounters, RowLayout, rowType } from './row-counters.ts'

/** All counters of one process. */
export interface ProcessCounters {
  readonly info: Counts
  readonly objects: RowCounters
}

/**
 * The counters in the answers of one process; of a statistics page there is no `info`.
 *
 * @param source whose answers they are: the next of the same one has the same rows as a rule, and names that were read before are
 *   only compared.
 * @throws ANSWER_MALFORMED
 */
export function readCounters(info: Uint8Array, stat: Uint8Array, source = ''): ProcessCounters {
  return { info: info.length === 0 ? [] : readInfo(info), objects: readStat(stat, source) }
}

function readInfo(bytes: Uint8Array): Counts {
  const info = parseInfo(bytes)
  const counts: Counts = []
  for (const [index, name] of infoCounters.entries()) {
    const value = infoNumber(info, name)
    const count = infoInteger(info, name) ?? (value > 0 ? value : undefined)
    if (count === undefined) continue
    while (counts.length < index) counts.push(undefined)
    counts.push(count)
  }
  return counts
}

/** The rows of an answer: how their names are written, and where the counters of each go. */
interface AnswerRows {
  readonly header: StatHeader
  readonly layout: RowLayout
  /** The first two cells of each row with their commas, one behind the other, and where each ends; nothing of rows with quotes. */
  readonly names: Buffer
  readonly ends: Int32Array
  /** The row in the layout: rows of one name are summed. */
  readonly rows: Int32Array
}

/** By source. A weak reference, as counters hold their rows, and are dropped when the process is forgotten. */
const lastRows = new Map<string, WeakRef<AnswerRows>>()
const mostSources = 1000
/** So that rows live as long as counters of them do. */
const rowsOfLayout = new WeakMap<RowLayout, AnswerRows>()

function readStat(stat: Uint8Array, source: string): RowCounters {
  const { header, rows: start } = scanHeader(stat)
  const before = lastRows.get(source)?.deref()
  const counters = before?.header === header ? fill(stat, start, before) : undefined
  if (counters !== undefined) return counters
  const rows = listRows(stat, start, header)
  if (lastRows.size >= mostSources) lastRows.clear()
  lastRows.set(source, new WeakRef(rows))
  rowsOfLayout.set(rows.layout, rows)
  return fill(stat, start, rows) as RowCounters
}

/** Workers have the rows of one configuration, so they share a layout. */
function listRows(stat: Uint8Array, start: number, header: StatHeader): AnswerRows {
  const type = header.position.get('type') as number
  const keys: string[] = []
  const names: Uint8Array[] = []
  scanRows(stat, header, start, (bytes, offsets) => {
    keys.push(rowKey(bytes, offsets, type))
    names.push(bytes === stat ? bytes.subarray(offsets[0], offsets[2]) : bytes.subarray(0, 0))
  })
  let end = 0
  const ends = Int32Array.from(names, ({ length }) => {
    end += length
    return end
  })
  const all = Buffer.concat(names)
  for (const reference of lastRows.values()) {
    const other = reference.deref()
    if (other?.header === header && other.names.equals(all) && isEqual(other, keys, ends)) return other
  }
  const layout = new RowLayout([...new Set(keys)], (kind) => columnsForType(header, kind))
  const rows = Int32Array.from(keys, (key) => layout.rowOf.get(key) as number)
  return { header, layout, names: all, ends, rows }
}

function rowKey(bytes: Uint8Array, offsets: Int32Array, type: number): string {
  return `${cellText(bytes, offsets, type)}\t${cellText(bytes, offsets, 0)}\t${cellText(bytes, offsets, 1)}`
}

function isEqual({ layout, ends, rows }: AnswerRows, keys: readonly string[], others: Int32Array): boolean {
  if (rows.length !== keys.length) return false
  return keys.every((key, line) => ends[line] === others[line] && layout.keys[rows[line] as number] === key)
}

const columnsByHeader = new WeakMap<StatHeader, Map<string, readonly number[]>>()

/** The counters that rows of a type (0 to 3) fill, of those that the answer has. */
function columnsForType(header: StatHeader, type: string): readonly number[] {
  const byType = columnsByHeader.get(header) ?? new Map<string, readonly number[]>()
  columnsByHeader.set(header, byType)
  const letter = 'FBSL'.charAt(Number(type))
  const fills = (name: string) => header.position.has(name) && statFieldByName.get(name)?.objects.includes(letter)
  const columns = byType.get(type) ?? statCounters.flatMap((name, index) => (fills(name) ? [index] : []))
  byType.set(type, columns)
  return columns
}

/** The counters of an answer whose rows are these; undefined when it has other rows. */
function fill(stat: Uint8Array, start: number, answerRows: AnswerRows): RowCounters | undefined {
  const { header, layout, names, ends, rows } = answerRows
  const values = new Float64Array(layout.starts.at(-1) as number)
  const big = new Map<number, bigint>()
  const type = header.position.get('type') as number
  const readers = new Map<readonly number[], TypeReader>()
  const readerOf = layout.columns.map((columns, row) => {
    const reader = readers.get(columns) ?? new TypeReader(stat, header, columns, rowType(layout.keys[row] as string))
    readers.set(columns, reader)
    return reader
  })
  let line = 0
  let same = true
  const onRow = (bytes: Uint8Array, offsets: Int32Array) => {
    const row = rows[line++] ?? -1
    same &&= layout.keys[row] === rowKey(bytes, offsets, type)
    if (same) readerOf[row]?.read(bytes, offsets, { values, big, first: layout.starts[row] as number })
  }
  scanRows(stat, header, start, onRow, (position) => {
    const from = line === 0 ? 0 : (ends[line - 1] as number)
    const to = ends[line] as number
    if (!same || line === rows.length || from === to) return -1
    // A call of Buffer.compare takes longer than this loop.
    for (let index = from; index < to; index++) if (names[index] !== stat[position + index - from]) return -1
    const row = rows[line] as number
    const end = (readerOf[row] as TypeReader).readQuickly(position + to - from, values, layout.starts[row] as number)
    if (end > 0) line++
    return end
  })
  return same && line === rows.length ? new RowCounters(layout, values, big) : undefined
}

/** Reads the counters of rows of one type. */
class TypeReader {
  readonly #stat: Uint8Array
  readonly #type: number
  readonly #cells: readonly number[]
  readonly #quick: QuickRow

  constructor(stat: Uint8Array, header: StatHeader, columns: readonly number[], type: string) {
    this.#stat = stat
    this.#type = type.charCodeAt(0)
    this.#cells = columns.map((index) => header.position.get(statCounters[index] as string) as number)
    this.#quick = new QuickRow(stat, header, this.#cells, [header.position.get('type') as number])
  }

  /** Adds the counters of the row whose third cell begins at `start`. Returns its end; -1 when it is no plain row of the type. */
  readQuickly(start: number, values: Float64Array, first: number): number {
    const quick = this.#quick
    const end = quick.read(start)
    const typeStart = quick.marks[0] as number
    if (end < 0 || this.#stat[typeStart] !== this.#type || this.#stat[typeStart + 1] !== comma) return -1
    const counts = quick.values
    for (let place = 0; place < counts.length; place++) {
      const count = counts[place] as number
      if (count > 0) values[first + place] = (values[first + place] as number) + count
    }
    return end
  }

  /** The same of any row. */
  read(
    bytes: Uint8Array,
    offsets: Int32Array,
    { values, big, first }: { values: Float64Array; big: Map<number, bigint>; first: number },
  ): void {
    for (const [place, cell] of this.#cells.entries()) {
      const count = countAt(bytes, offsets, cell)
      if (count !== undefined) add(values, big, first + place, count)
    }
  }
}

function add(values: Float64Array, big: Map<number, bigint>, position: number, count: number | bigint): void {
  const before = values[position] as number
  const sum = before + Number(count)
  if (sum > Number.MAX_SAFE_INTEGER) big.set(position, (big.get(position) ?? BigInt(before)) + BigInt(count))
  values[position] = sum
}

const comma = 0x2c
const zero = 0x30
const { numberDigits } = answerLimits

/** Most cells are empty or 0. Counters are not negative. */
function countAt(row: Uint8Array, offsets: Int32Array, column: number): Count {
  const start = offsets[column] as number
  const end = (offsets[column + 1] as number) - 1
  if (start === end || (end - start === 1 && row[start] === zero)) return undefined
  // Not to make a number of it, which takes as long as it likes.
  if (end - start > numberDigits) {
    const text = `has a counter of ${end - start} characters, where a number has ${numberDigits} at most`
    throw new StatsError('ANSWER_MALFORMED', text)
  }
  const value = readNumber(row, start, end)
  if (value > Number.MAX_SAFE_INTEGER) return readInteger(row, start, end)
  return value > 0 ? value : undefined
}
