import { parseRecord } from '../stat/record.ts'

/** The arguments of `show stat <iid> <type> <sid>`, which select objects; `iid` and `sid` are columns of `show stat`. */
export interface ObjectFilter {
  readonly iid: number
  /** A sum of 1 frontend, 2 backend, 4 server. */
  readonly types: number
  /** -1 for all. */
  readonly sid: number
}

const frontend = 1
const backend = 2
const server = 4

/** By the column `type`; 3, a listener, is not wanted. */
const types: Readonly<Record<string, number>> = { 0: frontend, 1: backend, 2: server }

const lineFeed = 0x0a

/** Bytes of rows that are searched: about 2,000 frontends and listeners before the first server. */
const searchedBytes = 1024 * 1024

/** In bytes. */
const longestRow = 65_536

/**
 * Searches the rows of an answer for a few objects, in pieces of any size. It keeps no row, and stops when it has found a
 * server and a frontend.
 */
export class ObjectSearch {
  /** Of the columns, by name. */
  readonly #position: ReadonlyMap<string, number>
  readonly #first = new Map<number, { iid: number; sid: number }>()
  /** The beginning of a row whose end has not arrived. */
  #rest: Buffer = Buffer.alloc(0)
  #searched = 0

  constructor(position: ReadonlyMap<string, number>) {
    this.#position = position
  }

  /** Rows, from the first one on. */
  push(bytes: Buffer): void {
    if (this.#isOver || bytes.length === 0) return
    this.#searched += bytes.length
    const held = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    let position = 0
    for (const { cells, end } of rowsIn(held)) {
      this.#note(cells)
      position = end
      if (this.#isOver) break
    }
    this.#rest = this.#isOver ? Buffer.alloc(0) : Buffer.from(held.subarray(position))
  }

  get #isOver(): boolean {
    const found = this.#first.has(server) && this.#first.has(frontend)
    return found || this.#searched > searchedBytes || this.#rest.length > longestRow
  }

  #note(cells: readonly string[]): void {
    const [type = '', iid, sid] = ['type', 'iid', 'sid'].map((name) => cells[this.#position.get(name) ?? -1])
    const kind = types[type]
    if (kind === undefined || this.#first.has(kind) || !isNumber(iid) || !isNumber(sid)) return
    this.#first.set(kind, { iid: Number(iid), sid: Number(sid) })
  }

  /**
   * The first server with its proxy, which therefore has a backend, and the first frontend unless it is of that proxy. The
   * first backend when no server was found.
   */
  objects(): ObjectFilter[] {
    const [front, back, one] = [frontend, backend, server].map((kind) => this.#first.get(kind))
    const proxy = one ?? back
    const objects: ObjectFilter[] = proxy ? [{ iid: proxy.iid, types: frontend + backend, sid: -1 }] : []
    if (one) objects.push({ iid: one.iid, types: server, sid: one.sid })
    if (front && front.iid !== proxy?.iid) objects.push({ iid: front.iid, types: frontend, sid: -1 })
    return objects
  }
}

/** Whether a cell can be the number of an object or a process. */
export function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^[0-9]{1,10}$/.test(text)
}

/**
 * The complete rows, with the position after each. Only a row with a quote needs the CSV parser, which takes as long as
 * reading 100 kB.
 */
export function* rowsIn(rows: Buffer): Generator<{ readonly cells: readonly string[]; readonly end: number }> {
  let position = 0
  while (position < rows.length && rows[position] !== lineFeed) {
    const end = rows.indexOf(lineFeed, position)
    const line = rows.toString('latin1', position, Math.max(position, end))
    if (end > 0 && !line.includes('"')) {
      if (!line.endsWith(',')) return
      position = end + 1
      yield { cells: line.split(','), end: position }
      continue
    }
    try {
      const record = parseRecord(rows, position)
      position = record.end
      yield { cells: record.cells.map((cell) => cell.toString('latin1')), end: position }
    } catch {
      return
    }
  }
}
