import { cellText } from '@haproxystats/haproxy/read'
import type { AggregatedServer } from './aggregated-servers.ts'
import { requireHeapRoom } from './heap-room.ts'

/** Where a row belongs: its kind, of those that are wanted, and who it is. Nowhere, when it is left out. */
export interface Place<Kind, Name> {
  readonly kind: Kind | undefined
  readonly name: Name | undefined
  readonly aggregate: AggregatedServer | undefined
}

/** A row as it was last seen: where it belongs, and which row came next. */
export interface KnownRow<Kind, Name> extends Place<Kind, Name> {
  /** Where the bytes of `pxname,svname,` are among the names, and how many. */
  readonly start: number
  readonly length: number
  /** The type; NaN for what is not one digit. */
  readonly type: number
  /** The snapshot in which it was seen last, and its row there. */
  snapshot: number
  row: number
  /** The answer in which it was seen last. */
  answer: number
  next: KnownRow<Kind, Name> | undefined
}

/** After so many new rows it is looked whether there is room for more. */
const lookAfter = 65_536

const zero = 0x30
const comma = 0x2c

/**
 * Recognises rows of `show stat`. Processes print the same rows in the same order, again and again; so the bytes of a row
 * are compared with those of the row that followed the one before it last time, and only a row that is new there is
 * looked up by its names.
 */
export class KnownRows<Kind extends string, Name> {
  readonly #kinds: ReadonlyMap<string, Kind>
  readonly #place: (kind: Kind | undefined, pxname: string, svname: string) => Place<Kind, Name>
  readonly #first: KnownRow<Kind, Name> = {
    ...nowhere,
    start: 0,
    length: 0,
    type: Number.NaN,
    snapshot: 0,
    row: 0,
    answer: 0,
    next: undefined,
  }
  #previous: KnownRow<Kind, Name> = this.#first
  #known = new Map<string, KnownRow<Kind, Name>>()
  /** The names of all rows, one behind the other: an array for each took more memory than all the rest of what is known. */
  #names = new Uint8Array(64 * 1024)
  #used = 0
  #answer = 0
  #repeated = new Set<string>()

  /**
   * @param kinds by the column `type`; a map, because anything may stand there.
   * @param place is asked once for each row that was never seen.
   */
  constructor(
    kinds: ReadonlyMap<string, Kind>,
    place: (kind: Kind | undefined, pxname: string, svname: string) => Place<Kind, Name>,
  ) {
    this.#kinds = kinds
    this.#place = place
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
  recognise(row: Uint8Array, offsets: Int32Array, type: number): KnownRow<Kind, Name> {
    const { next } = this.#previous
    const known = next !== undefined && this.#isSame(next, row, offsets, type) ? next : this.#lookUp(row, offsets, type)
    this.#previous.next = known
    this.advance(known)
    return known
  }

  /** The row that came next last time, if what begins at `position` has its names; its type is still to be seen. */
  expected(bytes: Uint8Array, position: number): KnownRow<Kind, Name> | undefined {
    const { next } = this.#previous
    return next !== undefined && this.#hasNames(next, bytes, position) ? next : undefined
  }

  /** The row that was expected is there. */
  advance(known: KnownRow<Kind, Name>): void {
    if (known.answer === this.#answer) this.#repeated.add(this.#proxyOf(known))
    known.answer = this.#answer
    this.#previous = known
  }

  /** What stands before the first comma; a row that was quoted has a zero in its place. */
  #proxyOf({ start, length }: KnownRow<Kind, Name>): string {
    const names = this.#names.subarray(start, start + length)
    const end = names.findIndex((byte) => byte === comma || byte === 0)
    return Buffer.from(names.subarray(0, end)).toString('latin1')
  }

  #lookUp(row: Uint8Array, offsets: Int32Array, type: number): KnownRow<Kind, Name> {
    const pxname = cellText(row, offsets, 0)
    const svname = cellText(row, offsets, 1)
    const typeText = cellText(row, offsets, type)
    const kind = this.#kinds.get(typeText)
    const within = kind === 'frontend' || kind === 'backend' ? '' : svname
    const identity = [pxname.length, within.length, pxname + within + typeText].join()
    const before = this.#known.get(identity)
    if (before !== undefined) return before
    if (this.#known.size % lookAfter === lookAfter - 1) requireHeapRoom(this.#known.size)
    const { name, aggregate } = this.#place(kind, pxname, svname)
    const names = row.subarray(offsets[0], offsets[2])
    // Written out, so that all have one hidden class: with the place spread into it each had its own.
    const known: KnownRow<Kind, Name> = {
      kind: name === undefined ? undefined : kind,
      name,
      aggregate,
      start: this.#keep(names),
      length: names.length,
      type: /^[0-9]$/.test(typeText) ? Number(typeText) : Number.NaN,
      snapshot: 0,
      row: 0,
      answer: 0,
      next: undefined,
    }
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

  #isSame(known: KnownRow<Kind, Name>, row: Uint8Array, offsets: Int32Array, type: number): boolean {
    const start = offsets[0] as number
    if ((offsets[2] as number) - start !== known.length) return false
    if ((offsets[type + 1] as number) - (offsets[type] as number) !== 2) return false
    return (row[offsets[type] as number] as number) - zero === known.type && this.#hasNames(known, row, start)
  }

  /** From the end, where rows that follow each other differ. */
  #hasNames({ start, length }: KnownRow<Kind, Name>, bytes: Uint8Array, position: number): boolean {
    const names = this.#names
    for (let index = length - 1; index >= 0; index--) {
      if (bytes[position + index] !== names[start + index]) return false
    }
    return true
  }
}

export const nowhere: Place<never, never> = { kind: undefined, name: undefined, aggregate: undefined }
