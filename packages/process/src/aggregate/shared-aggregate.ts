import v8 from 'node:v8'
import type { PullReport } from '@haproxystats/core/snapshot'
import type { Info } from '@haproxystats/haproxy/read'
import type { AggregateMemory, Section, SharedAggregate } from '../types/aggregate.ts'
import type { Table } from '../types/table.ts'
import type { MergedRows } from './all-rows.ts'
import type { RowKind } from './kinds.ts'
import type { KnownRow } from './known-rows.ts'
import { readable } from './text-of.ts'

/** One source of a snapshot. */
export interface AggregateSource {
  /** As in the names of files: `lb1.sock`. */
  readonly source: string
  /** Its `show info`; absent for statistics pages, which have none. */
  readonly info: Info | undefined
  readonly stopping: boolean
  /** Whether it answered `show stat`. */
  readonly answered: boolean
}

/** What is small and differs in every snapshot. */
export interface AggregateHead {
  readonly sources: readonly AggregateSource[]
  readonly columns: readonly { readonly name: string; readonly isText: boolean }[]
  readonly dash: number | undefined
  readonly bigIntegers: ReadonlyMap<number, bigint>
  readonly downFor: ReadonlyMap<number, readonly number[]>
  readonly info: Info
  readonly tables: readonly Table[]
  readonly pull: PullReport | undefined
}

/** The rows by their places; `sets` are the different sets of sources. */
export interface AggregateLayout {
  readonly rows: readonly (readonly [kind: RowKind, pxname: string, svname: string, set: number])[]
  readonly sets: readonly (readonly number[])[]
}

/** One snapshot merged, before it is handed over. */
export interface Aggregate extends Omit<AggregateHead, 'columns' | 'dash' | 'bigIntegers' | 'downFor'> {
  readonly snapshot: number
  readonly merged: MergedRows
}

/** Hands aggregates over; keeps the layout as long as it does not change. */
export class AggregateWriter {
  #layout: { readonly version: string; readonly bytes: Uint8Array } = { version: '', bytes: new Uint8Array(0) }

  /** `memory`: what nobody reads any more; the numbers and texts are where they were merged. */
  write({ snapshot, merged, ...head }: Aggregate, memory: AggregateMemory | undefined): SharedAggregate {
    const { columns, dash } = merged.columns
    const { version, rows, numbers, textNumbers, texts, bigIntegers, downFor } = merged
    if (version !== this.#layout.version) this.#layout = { version, bytes: Buffer.from(JSON.stringify(layoutOf(rows))) }
    const { bytes, starts } = texts.kept
    const shownColumns = columns.map(({ name, isText }) => ({ name, isText }))
    const headBytes = v8.serialize({
      ...head,
      columns: shownColumns,
      dash,
      bigIntegers,
      downFor,
    } satisfies AggregateHead)
    const startBytes = new Uint8Array(starts.buffer, starts.byteOffset, starts.byteLength)
    // The numbers first, as they have to begin at a multiple of their size.
    const parts = [startBytes, bytes, this.#layout.bytes, headBytes]
    const size = parts.reduce((sum, { length }) => sum + length, 0)
    const rest = memory !== undefined && memory.rest.byteLength >= size ? memory.rest : roomFor(size)
    const [textStarts, dictionary, layout, headSection] = place(rest, parts)
    return {
      snapshot,
      rows: rows.length,
      numbers: numbers.buffer as SharedArrayBuffer,
      texts: textNumbers.buffer as SharedArrayBuffer,
      rest,
      layout: { ...layout, version },
      textStarts: { ...textStarts, version: texts.version },
      dictionary: { ...dictionary, version: texts.version },
      head: headSection,
    }
  }
}

/** With room to grow: it is used again. */
function roomFor(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Math.ceil(1.25 * size))
}

function place(rest: SharedArrayBuffer, parts: readonly Uint8Array[]): [Section, Section, Section, Section] {
  const memory = new Uint8Array(rest)
  let start = 0
  const sections = parts.map((part): Section => {
    memory.set(part, start)
    start += part.length
    return { version: '', start: start - part.length, length: part.length }
  })
  return sections as [Section, Section, Section, Section]
}

function layoutOf(rows: readonly KnownRow[]): AggregateLayout {
  const sets = new Map<readonly number[], number>()
  const named = rows.map(({ kind, pxname, svname, sources }) => {
    const of = sources?.sources ?? []
    const set = sets.get(of) ?? sets.size
    sets.set(of, set)
    return [kind as RowKind, readable(pxname), readable(svname), set] as const
  })
  return { rows: named, sets: [...sets.keys()] }
}
