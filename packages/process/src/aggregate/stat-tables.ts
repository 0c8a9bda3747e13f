import { refuseRepeatedRows, type StatHeader, scanHeader, scanRows } from '@haproxystats/haproxy/read'
import { columnsOfAddition } from './additions.ts'
import { AllRows, type Answerer, type MergedRows, type RowMemory } from './all-rows.ts'
import type { ObjectKind } from './kinds.ts'
import { type RowKind, rowKinds } from './kinds.ts'
import { type KnownRow, KnownRows, nowhere, type Place } from './known-rows.ts'
import { forgetAfter, type OnCollision } from './names.ts'
import { type Excluded, ObjectTables, type StatSettings, type StatTablesResult } from './object-tables.ts'
import type { Plan } from './plan.ts'
import { RowReader } from './row-reader.ts'
import type { StatColumns } from './stat-columns.ts'

/** What is made of the rows. */
export interface StatOutputs {
  /** Tables with these columns, for Graphite and files. */
  readonly plan: Plan | undefined
  /** All rows with these columns, for [http]. */
  readonly columns: StatColumns | undefined
}

type Readers = Readonly<Record<RowKind | 'none', RowReader>>

/** Merges the rows of `show stat` of many processes. Lives as long as its worker and keeps what it knows of names. */
export class StatTables {
  readonly #tables: ObjectTables | undefined
  readonly #all: AllRows | undefined
  readonly #known: KnownRows
  #excluded: Excluded | undefined
  #snapshot = 0
  #count = 0

  constructor({ plan, columns }: StatOutputs, settings: StatSettings, onCollision: OnCollision) {
    this.#all = columns && new AllRows(columns)
    this.#tables = plan && new ObjectTables(plan, settings, onCollision, this.#all)
    this.#known = new KnownRows((...names) => this.#place(...names), columns !== undefined)
  }

  /** Begins the next snapshot. Names that come and go are forgotten when they are many times those of a snapshot. */
  begin(excluded: Excluded, memory?: RowMemory): void {
    const worthwhile = Math.max(forgetAfter, 4 * this.#count)
    const full = Math.max(this.#tables?.size ?? 0, this.#known.size) > worthwhile
    if (excluded !== this.#excluded || full) {
      this.#known.forget()
      this.#tables?.forget()
    }
    this.#excluded = excluded
    this.#snapshot++
    this.#count = 0
    this.#tables?.begin(excluded)
    this.#all?.begin(memory)
  }

  /**
   * Merges the answer of a process, by the index of its source; those of processes that are not stopping come first.
   *
   * @throws ANSWER_MALFORMED
   */
  merge(bytes: Uint8Array, stopping: boolean, source = 0): void {
    this.#merge(bytes, { source, stopping })
  }

  /**
   * Merges counters that are no process's answer, of rows that are there: into the tables only if they are `delivered`.
   *
   * @throws ANSWER_MALFORMED
   */
  add(bytes: Uint8Array, delivered = true): void {
    this.#merge(bytes, { source: undefined, stopping: true }, delivered)
  }

  /** How many objects of each kind the tables have. */
  get rows(): Readonly<Record<ObjectKind, number>> {
    return this.#tables?.rows ?? { frontend: 0, backend: 0, server: 0 }
  }

  /** The tables of the snapshot, valid until the next one begins. */
  finish(): StatTablesResult {
    return this.#tables?.finish() ?? { tables: [], skipped: 0, dropped: 0, brokenFields: new Set() }
  }

  /** All rows of the snapshot, after the tables; valid until the next one begins. */
  finishRows(): MergedRows | undefined {
    return this.#all?.finish()
  }

  #merge(bytes: Uint8Array, answerer: Answerer, delivered = true): void {
    const { header, rows } = scanHeader(bytes)
    const readers = this.#readers(bytes, header, answerer)
    const type = header.position.get('type') as number
    this.#known.rewind()
    scanRows(
      bytes,
      header,
      rows,
      (row, offsets) => {
        const known = this.#known.recognise(row, offsets, type)
        const reader = readers[known.kind ?? 'none']
        reader.carefully(row, offsets)
        this.#mergeRow(known, reader, answerer, delivered)
      },
      (position) => {
        const known = this.#known.expected(bytes, position)
        if (known === undefined) return -1
        const reader = readers[known.kind ?? 'none']
        const end = reader.quickly(position + known.length, known.type)
        if (end < 0) return -1
        this.#known.advance(known)
        this.#mergeRow(known, reader, answerer, delivered)
        return end
      },
    )
    if (this.#known.repeated.size > 0) refuseRepeatedRows(bytes, { header, rows }, this.#known.repeated)
  }

  #mergeRow(known: KnownRow, reader: RowReader, answerer: Answerer, delivered: boolean): void {
    if (known.kind === undefined) return
    const first = known.snapshot !== this.#snapshot
    if (first) {
      if (answerer.source === undefined) return
      known.snapshot = this.#snapshot
      this.#count++
      if (known.name !== undefined) this.#tables?.addRow(known)
      this.#all?.addRow(known)
    }
    if (known.name !== undefined && delivered) this.#tables?.merge(known, reader, answerer.stopping)
    this.#all?.merge(known, reader, answerer, first)
  }

  #readers(bytes: Uint8Array, header: StatHeader, { source }: Answerer): Readers {
    const isAddition = source === undefined
    const readerOf = (kind: RowKind | undefined) => {
      const { table, aggregated, status } = this.#tables?.wanted(kind) ?? { table: [], aggregated: [], status: false }
      const chosen = isAddition ? columnsOfAddition(table) : table
      return new RowReader(bytes, header, {
        table: chosen,
        aggregated: isAddition ? columnsOfAddition(aggregated) : aggregated,
        status,
        ...((kind && this.#all?.wanted(kind, isAddition)) ?? { all: undefined, printed: undefined }),
      })
    }
    const none = readerOf(undefined)
    const readers = Object.fromEntries(rowKinds.map((kind) => [kind, readerOf(kind)])) as Record<RowKind, RowReader>
    this.#all?.beginAnswer(source, readers.listener)
    return { ...readers, none }
  }

  #place(kind: RowKind | undefined, pxname: string, svname: string): Place {
    const place = this.#tables?.place(kind, pxname, svname) ?? nowhere
    return this.#all !== undefined && place.kind === undefined ? { ...nowhere, kind } : place
  }
}
