import v8 from 'node:v8'
import { StatsError } from '@haproxystats/core/snapshot'
import { cellText } from '@haproxystats/haproxy/read'
import type { AggregatedServer } from './aggregated-servers.ts'
import { kindOfType, type RowKind } from './kinds.ts'
import type { ProxyName, ServerName } from './names.ts'
import type { SourceSet } from './source-sets.ts'

/** Where a row belongs. */
export interface Place {
  /** `undefined`: nobody wants it. */
  readonly kind: RowKind | undefined
  /** Its name in a table; `undefined`: it is in none. */
  readonly name: ProxyName | ServerName | undefined
  readonly aggregate: AggregatedServer | undefined
}

/** A row that was seen before, as long as the worker remembers it. */
export interface KnownRow extends Place {
  /** As HAProxy prints them, a byte a character; empty unless they are wanted. */
  readonly pxname: string
  readonly svname: string
  /** Where the bytes of `pxname,svname,` are among the names, and how many. */
  readonly start: number
  readonly length: number
  /** The type; NaN for what is not one digit. */
  readonly type: number
  /** The answer in which it was seen last, and the row behind it there. */
  answer: number
  next: KnownRow | undefined
  /** The snapshot in which it was seen last; its row in its table there, and among all rows. */
  snapshot: number
  tableRow: number
  row: number
  /** The processes of that snapshot that have it, and whether one of them is not stopping. */
  sources: SourceSet | undefined
  running: boolean
}

export const nowhere: Place = { kind: undefined, name: undefined, aggregate: undefined }

/** After so many new rows it is looked whether there is room for more. */
const lookAfter = 65_536

/** How many more bytes the tables of names may take at once for each name there is, when they grow: each doubles. */
const growth = 128

const zero = 0x30
const comma = 0x2c

/**
 * Recognises rows of `show stat`. Processes print the same rows in the same order, again and again; so the bytes of a row
 * are compared with those of the row that followed the one before it last time, and only a row that is new there is
 * looked up by its names.
 */
export class KnownRows {
  readonly #place: (kind: RowKind | undefined, pxname: string, svname: string) => Place
  readonly #withNames: boolean
  readonly #first = newRow(nowhere, { pxname: '', svname: '', start: 0, length: 0, type: Number.NaN })
  #previous: KnownRow = this.#first
  #known = new Map<string, KnownRow>()
  /** The names of all rows, one behind the other: an array for each took more memory than all the rest of what is known. */
  #names = new Uint8Array(64 * 1024)
  #used = 0
  #answer = 0
  #repeated = new Set<string>()

  /**
   * @param place is asked once for each row that was never seen.
   * @param withNames whether rows keep their names.
   */
  constructor(place: (kind: RowKind | undefined, pxname: string, svname: string) => Place, withNames: boolean) {
    this.#place = place
    this.#withNames = withNames
  }

  get size(): number {
    return this.#known.size
  }

  forget(): void {
    this.#known = new Map()
    this.#first.next = undefined
    this.#used = 0
  }

  /** Begins another answer. */
  rewind(): void {
    this.#previous = this.#first
    this.#answer++
    if (this.#repeated.size > 0) this.#repeated = new Set()
  }

  /** The proxies of this answer in which two rows had the same names and type. */
  get repeated(): ReadonlySet<string> {
    return this.#repeated
  }

  /** The row with these cells; `type` is where its type stands. */
  recognise(row: Uint8Array, offsets: Int32Array, type: number): KnownRow {
    const { next } = this.#previous
    const known = next !== undefined && this.#isSame(next, row, offsets, type) ? next : this.#lookUp(row, offsets, type)
    this.#previous.next = known
    this.advance(known)
    return known
  }

  /** The row that came next last time, if what begins at `position` has its names; its type is still to be seen. */
  expected(bytes: Uint8Array, position: number): KnownRow | undefined {
    const { next } = this.#previous
    return next !== undefined && this.#hasNames(next, bytes, position) ? next : undefined
  }

  /** The row that was expected is there. */
  advance(known: KnownRow): void {
    if (known.answer === this.#answer) this.#repeated.add(this.#proxyOf(known))
    known.answer = this.#answer
    this.#previous = known
  }

  /** What stands before the first comma; a row that was quoted has a zero in its place. */
  #proxyOf({ start, length }: KnownRow): string {
    const names = this.#names.subarray(start, start + length)
    const end = names.findIndex((byte) => byte === comma || byte === 0)
    return Buffer.from(names.subarray(0, end)).toString('latin1')
  }

  #lookUp(row: Uint8Array, offsets: Int32Array, type: number): KnownRow {
    const pxname = cellText(row, offsets, 0)
    const svname = cellText(row, offsets, 1)
    const typeText = cellText(row, offsets, type)
    const kind = kindOfType.get(typeText)
    const within = kind === 'frontend' || kind === 'backend' ? '' : svname
    const identity = [pxname.length, within.length, pxname + within + typeText].join()
    const before = this.#known.get(identity)
    if (before !== undefined) return before
    if (this.#known.size % lookAfter === lookAfter - 1) requireHeapRoom(this.#known.size)
    const names = row.subarray(offsets[0], offsets[2])
    const known = newRow(this.#place(kind, pxname, svname), {
      pxname: this.#withNames ? pxname : '',
      svname: this.#withNames ? svname : '',
      start: this.#keep(names),
      length: names.length,
      type: /^[0-9]$/.test(typeText) ? Number(typeText) : Number.NaN,
    })
    this.#known.set(identity, known)
    return known
  }

  #keep(names: Uint8Array): number {
    const start = this.#used
    this.#used += names.length
    if (this.#used > this.#names.length) {
      const more = new Uint8Array(2 * this.#used)
      more.set(this.#names)
      this.#names = more
    }
    this.#names.set(names, start)
    return start
  }

  #isSame(known: KnownRow, row: Uint8Array, offsets: Int32Array, type: number): boolean {
    const start = offsets[0] as number
    if ((offsets[2] as number) - start !== known.length) return false
    if ((offsets[type + 1] as number) - (offsets[type] as number) !== 2) return false
    return (row[offsets[type] as number] as number) - zero === known.type && this.#hasNames(known, row, start)
  }

  /** From the end, where rows that follow each other differ. */
  #hasNames({ start, length }: KnownRow, bytes: Uint8Array, position: number): boolean {
    const names = this.#names
    for (let index = length - 1; index >= 0; index--) {
      if (bytes[position + index] !== names[start + index]) return false
    }
    return true
  }
}

/** Written out, so that all have one hidden class: with the place spread into it each had its own. */
function newRow(
  { kind, name, aggregate }: Place,
  { pxname, svname, start, length, type }: Pick<KnownRow, 'pxname' | 'svname' | 'start' | 'length' | 'type'>,
): KnownRow {
  return {
    kind,
    name,
    aggregate,
    pxname,
    svname,
    start,
    length,
    type,
    answer: 0,
    next: undefined,
    snapshot: 0,
    tableRow: 0,
    row: 0,
    sources: undefined,
    running: false,
  }
}

/**
 * Ends the work on a snapshot while there is still room for the tables of so many names to grow. V8 ends only the worker when small
 * things fill its memory, but the whole program when one large thing does not fit, and a table of names is one.
 *
 * @throws WORKER when there is too little memory.
 */
function requireHeapRoom(names: number): void {
  const { used_heap_size: used, heap_size_limit: limit } = v8.getHeapStatistics()
  if (used + growth * names <= limit) return
  throw new StatsError('WORKER', `${names} names are too many for the memory of this thread (worker-memory)`)
}
