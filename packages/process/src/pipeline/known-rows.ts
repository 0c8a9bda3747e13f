import { cellText, readNumber } from '@haproxystats/haproxy'
import type { AggregatedServer } from './aggregated-servers.ts'
import type { ProxyName, ServerName } from './names.ts'
import type { ObjectKind } from './plan.ts'

/** Where a row belongs; nowhere, when it is a listener's or left out. */
export interface Place {
  readonly kind: ObjectKind | undefined
  readonly name: ProxyName | ServerName | undefined
  readonly aggregate: AggregatedServer | undefined
}

/** A row as it was last seen: where it belongs, and which row came next. */
export interface KnownRow extends Place {
  /** The bytes of `pxname,svname,` and the type. */
  readonly key: Uint8Array
  /** The type as a number; NaN for what is none. */
  readonly type: number
  /** The snapshot in which it was seen last, and its row there. */
  snapshot: number
  row: number
  next: KnownRow | undefined
}

/** By the column `type`; a map, because anything may stand there. */
const kindOfType: ReadonlyMap<string, ObjectKind> = new Map([
  ['0', 'frontend'],
  ['1', 'backend'],
  ['2', 'server'],
])

/**
 * Recognises rows of `show stat`. Processes print the same rows in the same order, again and again; so the bytes of a row
 * are compared with those of the row that followed the one before it last time, and only a row that is new there is
 * looked up by its names.
 */
export class KnownRows {
  readonly #place: (kind: ObjectKind | undefined, pxname: string, svname: string) => Place
  readonly #first: KnownRow = {
    ...nowhere,
    key: new Uint8Array(0),
    type: Number.NaN,
    snapshot: 0,
    row: 0,
    next: undefined,
  }
  #previous: KnownRow = this.#first
  #known = new Map<string, KnownRow>()

  /** `place` is asked once for each row that was never seen. */
  constructor(place: (kind: ObjectKind | undefined, pxname: string, svname: string) => Place) {
    this.#place = place
  }

  get size(): number {
    return this.#known.size
  }

  forget(): void {
    this.#known = new Map()
    this.#first.next = undefined
  }

  /** Begins another answer. */
  rewind(): void {
    this.#previous = this.#first
  }

  /** The row with these cells; `type` is where its type stands. */
  recognise(row: Uint8Array, offsets: Int32Array, type: number): KnownRow {
    const { next } = this.#previous
    const known = next !== undefined && isSame(next, row, offsets, type) ? next : this.#lookUp(row, offsets, type)
    this.#previous.next = known
    this.#previous = known
    return known
  }

  /** The row that came next last time, if what begins at `position` has its names; its type is still to be seen. */
  expected(bytes: Uint8Array, position: number): KnownRow | undefined {
    const { next } = this.#previous
    return next !== undefined && hasNames(next, bytes, position) ? next : undefined
  }

  /** The row that was expected is there. */
  advance(known: KnownRow): void {
    this.#previous = known
  }

  #lookUp(row: Uint8Array, offsets: Int32Array, type: number): KnownRow {
    const pxname = cellText(row, offsets, 0)
    const svname = cellText(row, offsets, 1)
    const typeText = cellText(row, offsets, type)
    const kind = kindOfType.get(typeText)
    const within = kind === 'frontend' || kind === 'backend' ? '' : svname
    const identity = `${pxname.length},${within.length},${pxname}${within}${typeText}`
    const before = this.#known.get(identity)
    if (before !== undefined) return before
    const place = this.#place(kind, pxname, svname)
    const key = keyOf(row, offsets, type)
    const known: KnownRow = {
      ...place,
      key,
      type: readNumber(row, offsets[type] as number, (offsets[type + 1] as number) - 1),
      snapshot: 0,
      row: 0,
      next: undefined,
    }
    this.#known.set(identity, known)
    return known
  }
}

export const nowhere: Place = { kind: undefined, name: undefined, aggregate: undefined }

/** Empty, so like no row, when the type is not of one character. */
function keyOf(row: Uint8Array, offsets: Int32Array, type: number): Uint8Array {
  if ((offsets[type + 1] as number) - (offsets[type] as number) !== 2) return new Uint8Array(0)
  const end = (offsets[2] as number) - (offsets[0] as number)
  const key = new Uint8Array(end + 1)
  key.set(row.subarray(offsets[0], offsets[2]))
  key[end] = row[offsets[type] as number] as number
  return key
}

function isSame(known: KnownRow, row: Uint8Array, offsets: Int32Array, type: number): boolean {
  const { key } = known
  const start = offsets[0] as number
  const length = key.length - 1
  const typeLength = (offsets[type + 1] as number) - 1 - (offsets[type] as number)
  if ((offsets[2] as number) - start !== length || typeLength !== 1) return false
  return row[offsets[type] as number] === key[length] && hasNames(known, row, start)
}

/** From the end, where rows that follow each other differ. A key without a type is that of no row. */
function hasNames({ key }: KnownRow, bytes: Uint8Array, start: number): boolean {
  for (let index = key.length - 2; index >= 0; index--) if (bytes[start + index] !== key[index]) return false
  return key.length > 0
}
