import { refuseRepeatedRows, scanHeader, scanRows } from '@haproxystats/haproxy/read'
import { Accumulator, type Column } from '../../aggregate/accumulator.ts'
import { columnsOfAddition } from '../../aggregate/additions.ts'
import { type KnownRow, KnownRows, nowhere, type Place } from '../../aggregate/known-rows.ts'
import type { ColumnMerge } from '../../aggregate/metric-lists.ts'
import { forgetAfter } from '../../aggregate/names.ts'
import { AnswerReader } from './answer-reader.ts'
import type { ViewColumns } from './columns.ts'
import { explaining, MergedTexts } from './merged-texts.ts'
import { orderOf } from './row-order.ts'
import { type SourceSet, SourceSets } from './source-sets.ts'
import { textOf } from './texts.ts'
import type { RowKind, View, ViewRow } from './view.ts'

/** Whose answer it is. */
export interface Answerer {
  /** Its index among the sources; absent for what is added to the answers, as the counters of processes that ended. */
  readonly source: number | undefined
  readonly stopping: boolean
}

const kinds: ReadonlyMap<string, RowKind> = new Map([
  ['0', 'frontend'],
  ['1', 'backend'],
  ['2', 'server'],
  ['3', 'listener'],
])

const means: ReadonlySet<ColumnMerge> = new Set<ColumnMerge>(['mean', 'weighted-mean'])

/** What a row is about, and how it was shown last. */
interface Named {
  readonly kind: RowKind
  readonly pxname: string
  readonly svname: string
  /** Of this snapshot. */
  set: SourceSet
  /** Whether a process of this snapshot has it that is not stopping. */
  running: boolean
  row: ViewRow | undefined
}

type Known = KnownRow<RowKind, Named>
type Rows = Pick<View, 'rows' | 'numbers' | 'bigIntegers' | 'text'>

/** Merges the rows of `show stat` of many processes: all kinds of rows, all columns, by the table of fields. */
export class MergedRows {
  readonly #columns: ViewColumns
  readonly #numbers: Accumulator
  readonly #texts: MergedTexts
  readonly #sets = new SourceSets()
  readonly #known = new KnownRows<RowKind, Named>(kinds, (...names) => this.#place(...names))
  /** Columns of numbers that explain a status. */
  readonly #explaining: readonly number[]
  /** Columns whose values are means, which HAProxy prints whole. */
  readonly #means: readonly number[]
  /** The same in what is no process's answer. */
  readonly #added: readonly Column[]
  #rows: Named[] = []
  #ordered: { rows: readonly Named[]; order: Int32Array | undefined } = { rows: [], order: undefined }
  #snapshot = 0

  constructor(columns: ViewColumns) {
    this.#columns = columns
    this.#numbers = new Accumulator(columns.merged)
    this.#texts = new MergedTexts(columns)
    this.#explaining = columns.columns.flatMap(({ name, isText }, index) => {
      return !isText && explaining.has(name) ? [index] : []
    })
    this.#means = columns.merged.flatMap(({ merge }, index) => (means.has(merge) ? [index] : []))
    this.#added = columnsOfAddition(columns.merged)
  }

  /** Begins the next snapshot. Names that come and go are forgotten when they are many times those of a snapshot. */
  begin(): void {
    if (this.#known.size > Math.max(forgetAfter, 4 * this.#rows.length)) this.#known.forget()
    this.#texts.begin(this.#rows.length)
    this.#numbers.clear()
    this.#rows = []
    this.#snapshot++
  }

  /** Merges one process's answer; those of processes that are not stopping come first. @throws ANSWER_MALFORMED */
  merge(bytes: Uint8Array, answerer: Answerer): void {
    const { header, rows } = scanHeader(bytes)
    const type = header.position.get('type') as number
    const added = answerer.source === undefined
    const { columns, merged, texts } = this.#columns
    const reader = new AnswerReader(bytes, header, {
      columns,
      merged: added ? this.#added : merged,
      texts: added ? [] : texts,
      explaining: added ? [] : this.#explaining,
      stopping: answerer.stopping,
    })
    this.#known.rewind()
    scanRows(
      bytes,
      header,
      rows,
      (row, offsets) => {
        const known = this.#known.recognise(row, offsets, type)
        reader.careful = { bytes: row, offsets }
        this.#mergeRow(known, reader, answerer)
        reader.careful = undefined
      },
      (position) => {
        const known = this.#known.expected(bytes, position)
        if (known === undefined) return -1
        const { quick, typeSlot } = reader.alone
        const end = quick.read(position + known.length)
        if (end < 0 || quick.values[typeSlot] !== known.type) return -1
        this.#known.advance(known)
        this.#mergeRow(known, reader, answerer)
        return end
      },
    )
    if (this.#known.repeated.size > 0) refuseRepeatedRows(bytes, { header, rows }, this.#known.repeated)
  }

  #mergeRow(known: Known, reader: AnswerReader, { source, stopping }: Answerer): void {
    const { name } = known
    if (name === undefined) return
    const first = known.snapshot !== this.#snapshot
    if (first && source === undefined) return
    if (first) this.#addRow(known, name)
    const silent = stopping && name.running
    const { row } = known
    const from = silent ? reader.beside : reader.alone
    if (reader.careful === undefined) this.#numbers.mergeFilled(row, from.quick.values, reader.columnOfSlot, from)
    else this.#numbers.merge(row, reader.careful.bytes, reader.careful.offsets, from)
    if (source === undefined) return
    name.set = this.#sets.with(name.set, source)
    if (!stopping) name.running = true
    if (!this.#texts.merge(row, reader.text, { first, silent })) return
    this.#explaining.forEach((column, index) => {
      this.#numbers.set(row, column, reader.explanation(index))
    })
  }

  #addRow(known: Known, name: Named): void {
    known.snapshot = this.#snapshot
    known.row = this.#numbers.addRow()
    name.set = this.#sets.none
    name.running = false
    this.#rows.push(name)
  }

  /** What was merged, in memory of its own. */
  finish(): Rows {
    const order = this.#order()
    const rows = this.#rows.map(rowOf)
    const texts = this.#texts.finish(rows.length, order)
    const { values, bigIntegers } = this.#numbers.finish()
    this.#round(values)
    const { columns, texts: textColumns } = this.#columns
    const slots = columns.map((_, column) => textColumns.indexOf(column))
    const shown = order === undefined ? rows : Array.from(order, (row) => rows[row] as ViewRow)
    return {
      rows: shown,
      ...inOrder(values, bigIntegers, columns.length, order),
      text(row, column) {
        const slot = slots[column]
        if (slot === undefined || row < 0 || row >= shown.length) return undefined
        if (slot >= 0) return texts.texts[texts.numbers[row * textColumns.length + slot] as number]
        const name = columns[column]?.name
        return name === 'pxname' || name === 'svname' ? shown[row]?.[name] : undefined
      },
    }
  }

  /** Once, so that every form of the view says the same. */
  #round(values: Float64Array): void {
    const width = this.#columns.columns.length
    for (let base = 0; base < values.length; base += width) {
      for (const column of this.#means) values[base + column] = Math.round(values[base + column] as number)
    }
  }

  /** That of the last snapshot, which had the same rows as a rule. */
  #order(): Int32Array | undefined {
    const rows = this.#rows
    const before = this.#ordered.rows
    const same = rows.length === before.length && rows.every((row, index) => row === before[index])
    if (!same) this.#ordered = { rows, order: orderOf(rows) }
    return this.#ordered.order
  }

  #place(kind: RowKind | undefined, pxname: string, svname: string): Place<RowKind, Named> {
    if (kind === undefined) return nowhere
    const names = { pxname: readable(pxname), svname: readable(svname) }
    return {
      kind,
      name: { kind, ...names, set: this.#sets.none, running: false, row: undefined },
      aggregate: undefined,
    }
  }
}

/** The row as it was shown last, if it is of the same sources. */
function rowOf(name: Named): ViewRow {
  const { kind, pxname, svname, set, row } = name
  if (row?.sources === set.sources) return row
  name.row = { kind, pxname, svname, sources: set.sources }
  return name.row
}

function readable(name: string): string {
  return textOf(Buffer.from(name, 'latin1'))
}

function inOrder(
  values: Float64Array,
  bigIntegers: ReadonlyMap<number, bigint>,
  width: number,
  order: Int32Array | undefined,
): Pick<View, 'numbers' | 'bigIntegers'> {
  if (order === undefined) return { numbers: values.slice(), bigIntegers }
  const numbers = new Float64Array(values.length)
  const places = new Int32Array(order.length)
  order.forEach((row, place) => {
    numbers.set(values.subarray(row * width, (row + 1) * width), place * width)
    places[row] = place
  })
  const moved = [...bigIntegers].map(([index, value]) => {
    return [(places[Math.floor(index / width)] as number) * width + (index % width), value] as const
  })
  return { numbers, bigIntegers: new Map(moved) }
}
