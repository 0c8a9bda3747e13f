import { statFieldByName } from '../fields/index.ts'
import { type Info, infoNumber, parseInfo } from '../info/parse.ts'
import { type StatHeader, scanHeader } from '../stat/scan.ts'
import type { AnswerPart } from './answer-checker.ts'
import { isNumber, type ObjectFilter, ObjectSearch, rowsIn } from './object-filters.ts'

/** Columns of an answer that the table of fields does not have. */
export interface UnknownColumns {
  /** Their names, as printed. */
  readonly names: readonly string[]
  /** The same for every answer of one process with these columns. */
  readonly process: string
  /** A few objects that together fill most columns; none when none was found. */
  objects(): readonly ObjectFilter[]
}

/** A process, from the beginning of its answer; NaN or undefined for what that does not have. */
export interface ProcessFacts {
  readonly version: string | undefined
  readonly pid: number
  /** In seconds since the epoch; printed since HAProxy 2.4. */
  readonly started: number
  /** In seconds. */
  readonly uptime: number
  /** The column `pid` of the first row: the number of the process with `nbproc`. */
  readonly number: number
}

/** Bytes kept of each part: a header of 200 columns takes 3,000, most rows 500. */
const keptBytes = 8192

/** Names that HAProxy prints for what is no column. */
const noColumn = new Set(['', '-', '(null)'])

/** Keeps the beginning of an answer, and searches the rest for objects when it has unknown columns. */
export class AnswerHead {
  readonly #kept: Record<AnswerPart, Buffer> = { info: Buffer.alloc(0), stat: Buffer.alloc(0) }
  /** Set when all that is kept of `show stat` has arrived and has an unknown column. */
  #search: ObjectSearch | undefined

  push(part: AnswerPart, bytes: Buffer): void {
    const room = keptBytes - this.#kept[part].length
    if (room > 0) this.#kept[part] = Buffer.concat([this.#kept[part], bytes.subarray(0, room)])
    if (part === 'info' || this.#kept.stat.length < keptBytes) return
    if (room > 0) this.#search = this.#beginSearch()
    this.#search?.push(bytes.subarray(Math.max(0, room)))
  }

  /** Undefined when every column is known. */
  #beginSearch(): ObjectSearch | undefined {
    const { stat } = this.#kept
    if (unknownNames(stat).length === 0) return undefined
    const { header, rows } = scanHeader(stat)
    const search = new ObjectSearch(header.position)
    search.push(stat.subarray(rows))
    return search
  }

  facts(): ProcessFacts {
    const info = this.#info()
    return {
      version: info.get('Version'),
      pid: infoNumber(info, 'Pid'),
      started: infoNumber(info, 'Start_time_sec'),
      uptime: infoNumber(info, 'Uptime_sec'),
      number: processNumber(this.#kept.stat),
    }
  }

  /** Undefined when every column is known. */
  unknownColumns(): UnknownColumns | undefined {
    const names = unknownNames(this.#kept.stat)
    if (names.length === 0) return undefined
    const search = this.#search ?? this.#beginSearch()
    const info = this.#info()
    // `Start_time_sec` is printed since 2.4; older processes are told apart by their pid and columns alone.
    const process = [infoNumber(info, 'Pid'), infoNumber(info, 'Start_time_sec'), ...names].join(' ')
    return { names, objects: () => search?.objects() ?? [], process }
  }

  /** Empty for a statistics page, and when it is larger than `answerLimits`. */
  #info(): Info {
    try {
      return parseInfo(this.#kept.info)
    } catch {
      return new Map()
    }
  }
}

/** By header, which is one object for equal headers. */
const unknown = new WeakMap<StatHeader, readonly string[]>()

/** None of a malformed answer, which is refused elsewhere. */
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
    const [first] = rowsIn(stat.subarray(rows))
    const cell = first?.cells[header.position.get('pid') ?? -1]
    return isNumber(cell) ? Number(cell) : Number.NaN
  } catch {
    return Number.NaN
  }
}
