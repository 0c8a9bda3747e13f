import { statFieldByName } from '../fields/index.ts'
import { type Info, infoNumber, parseInfo } from '../info/parse.ts'
import { type StatHeader, scanHeader } from '../stat/scan.ts'
import type { AnswerPart } from './answer.ts'
import { isNumber, type ObjectFilter, ObjectSearch, rowsOf } from './object-search.ts'

/** What the beginning of an answer tells of the process, and of columns that no table knows. */
export interface UnknownColumns {
  /** Their names, as printed. */
  readonly names: readonly string[]
  /** The same for every answer of one process with these columns. */
  readonly process: string
  /** A few objects that together fill most columns, to be asked for; none when there is none in sight. */
  objects(): readonly ObjectFilter[]
}

/** What the beginning of an answer tells of the process; NaN or undefined where it does not. */
export interface HeadFacts {
  readonly version: string | undefined
  readonly pid: number
  /** In seconds since the epoch; printed since HAProxy 2.4. */
  readonly started: number
  /** In seconds. */
  readonly uptime: number
  /** The column `pid` of the first row: the number of the process among those of `nbproc`. */
  readonly number: number
}

/** So much of each part is kept, in bytes: a header of 200 columns takes 3,000, most rows 500. */
const kept = 8192

/** Names that HAProxy prints for what is no column. */
const noColumn = new Set(['', '-', '(null)'])

/** Keeps the beginning of an answer while it passes by, and tells whether there is something in it to learn. */
export class AnswerHead {
  readonly #held: Record<AnswerPart, Buffer[]> = { info: [], stat: [] }
  readonly #sizes: Record<AnswerPart, number> = { info: 0, stat: 0 }
  /** Begins when all that is kept of `show stat` is there and has a column that no table knows. */
  #search: ObjectSearch | undefined

  push(part: AnswerPart, bytes: Buffer): void {
    const room = kept - this.#sizes[part]
    if (room > 0) {
      const taken = Buffer.from(bytes.subarray(0, room))
      this.#held[part].push(taken)
      this.#sizes[part] += taken.length
    }
    if (part === 'info' || this.#sizes.stat < kept) return
    if (room > 0) this.#search = this.#beginSearch()
    this.#search?.push(bytes.subarray(Math.max(0, room)))
  }

  /** Undefined when every column is known. */
  #beginSearch(): ObjectSearch | undefined {
    const stat = Buffer.concat(this.#held.stat)
    if (unknownNames(stat).length === 0) return undefined
    const { header, rows } = scanHeader(stat)
    const search = new ObjectSearch(header.position)
    search.push(stat.subarray(rows))
    return search
  }

  facts(): HeadFacts {
    const info = this.#info()
    const stat = Buffer.concat(this.#held.stat)
    return {
      version: info.get('Version'),
      pid: infoNumber(info, 'Pid'),
      started: infoNumber(info, 'Start_time_sec'),
      uptime: infoNumber(info, 'Uptime_sec'),
      number: processNumber(stat),
    }
  }

  /** Undefined when every column is known. */
  unknownColumns(): UnknownColumns | undefined {
    const names = unknownNames(Buffer.concat(this.#held.stat))
    if (names.length === 0) return undefined
    const search = this.#search ?? this.#beginSearch()
    return { names, objects: () => search?.objects() ?? [], process: this.#process(names) }
  }

  /** None of a statistics page, or when it is larger than anything known. */
  #info(): Info {
    try {
      return parseInfo(Buffer.concat(this.#held.info))
    } catch {
      return new Map()
    }
  }

  /** `Start_time_sec` is printed since 2.4. Of older releases the number of the process and its columns must do. */
  #process(names: readonly string[]): string {
    const info = this.#info()
    return [infoNumber(info, 'Pid'), infoNumber(info, 'Start_time_sec'), ...names].join(' ')
  }
}

/** Those of headers that were seen, which are one object for many answers. */
const unknown = new WeakMap<StatHeader, readonly string[]>()

/** None of an answer that is not as it should be, which is for others to refuse. */
function unknownNames(stat: Buffer): readonly string[] {
  try {
    const { header } = scanHeader(stat)
    const found = unknown.get(header)
    if (found !== undefined) return found
    const names = [...new Set(header.names)].filter((name) => !noColumn.has(name) && !statFieldByName.has(name))
    unknown.set(header, names)
    return names
  } catch {
    return []
  }
}

/** NaN without a row, or when there is no such column. */
function processNumber(stat: Buffer): number {
  try {
    const { header, rows } = scanHeader(stat)
    const [first] = rowsOf(stat.subarray(rows))
    const cell = first?.cells[header.position.get('pid') ?? -1]
    return isNumber(cell) ? Number(cell) : Number.NaN
  } catch {
    return Number.NaN
  }
}
