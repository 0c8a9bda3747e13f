import { statFieldByName } from '../fields/index.ts'
import { type Info, infoNumber, parseInfo } from '../info/parse.ts'
import { parseRecord } from '../stat/reference.ts'
import { type StatHeader, scanHeader } from '../stat/scan.ts'
import type { AnswerPart } from './answer.ts'

/** Which objects to ask for with `show stat <iid> <type> <sid>`: `iid` and `sid` as in the columns of these names. */
export interface ObjectFilter {
  readonly iid: number
  /** A sum of 1 frontend, 2 backend, 4 server. */
  readonly types: number
  /** -1 for all. */
  readonly sid: number
}

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

const lineFeed = 0x0a

/** So much of each part is looked at, in bytes: a header of 200 columns takes 3,000, most rows 500. */
const looked = 8192

/** The same when there are columns that no table knows, and objects are wanted that have them. */
const lookedForObjects = 65_536

/** Names that HAProxy prints for what is no column. */
const noColumn = new Set(['', '-', '(null)'])

/** Keeps the beginning of an answer while it passes by, and tells whether there is something in it to learn. */
export class AnswerHead {
  readonly #held: Record<AnswerPart, Buffer[]> = { info: [], stat: [] }
  readonly #sizes: Record<AnswerPart, number> = { info: 0, stat: 0 }
  #unknown: boolean | undefined

  push(part: AnswerPart, bytes: Buffer): void {
    const known = part === 'info' || this.#sizes.stat < looked || !this.#hasUnknown()
    const room = (known ? looked : lookedForObjects) - this.#sizes[part]
    if (room <= 0) return
    const taken = Buffer.from(bytes.subarray(0, room))
    this.#held[part].push(taken)
    this.#sizes[part] += taken.length
  }

  /** Whether there is a column that no table knows, once enough has been seen. */
  #hasUnknown(): boolean {
    this.#unknown ??= unknownNames(Buffer.concat(this.#held.stat)).length > 0
    return this.#unknown
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
    const stat = Buffer.concat(this.#held.stat)
    const names = unknownNames(stat)
    if (names.length === 0) return undefined
    const { header, rows } = scanHeader(stat)
    return { names, objects: () => chooseObjects(stat, rows, header.position), process: this.#process(names) }
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
    const [first] = rowsOf(stat, rows)
    const cell = first?.[header.position.get('pid') ?? -1]
    return isNumber(cell) ? Number(cell) : Number.NaN
  } catch {
    return Number.NaN
  }
}

const frontend = 1
const backend = 2
const server = 4

/** The letters of the column `type`. */
const types: Readonly<Record<string, number>> = { '0': frontend, '1': backend, '2': server }

/**
 * The first server with its proxy, which therefore has a backend, and the first frontend unless it is of that proxy. A
 * backend when there is no server in sight.
 */
function chooseObjects(stat: Buffer, rows: number, position: ReadonlyMap<string, number>): ObjectFilter[] {
  const first = new Map<number, { iid: number; sid: number }>()
  for (const cells of rowsOf(stat, rows)) {
    const [type = '', iid, sid] = ['type', 'iid', 'sid'].map((name) => cells[position.get(name) ?? -1])
    const kind = types[type]
    if (kind === undefined || first.has(kind) || !isNumber(iid) || !isNumber(sid)) continue
    first.set(kind, { iid: Number(iid), sid: Number(sid) })
    if (first.has(server) && first.has(frontend)) break
  }
  const [front, back, one] = [frontend, backend, server].map((kind) => first.get(kind))
  const proxy = one ?? back
  const objects: ObjectFilter[] = proxy ? [{ iid: proxy.iid, types: frontend + backend, sid: -1 }] : []
  if (one) objects.push({ iid: one.iid, types: server, sid: one.sid })
  if (front && front.iid !== proxy?.iid) objects.push({ iid: front.iid, types: frontend, sid: -1 })
  return objects
}

const isNumber = (text: string | undefined) => text !== undefined && /^[0-9]{1,10}$/.test(text)

/** The rows that are there whole. Only one with a quote is worth a CSV parser, which takes as long as reading 100 kB. */
function* rowsOf(stat: Buffer, start: number): Generator<readonly string[], void, void> {
  let position = start
  while (position < stat.length && stat[position] !== lineFeed) {
    const end = stat.indexOf(lineFeed, position)
    const line = stat.toString('latin1', position, Math.max(position, end))
    if (end > 0 && !line.includes('"')) {
      if (!line.endsWith(',')) return
      yield line.split(',')
      position = end + 1
      continue
    }
    let record: ReturnType<typeof parseRecord>
    try {
      record = parseRecord(stat, position)
    } catch {
      return
    }
    yield record.cells.map((cell) => cell.toString('latin1'))
    position = record.end
  }
}
