import { randomUUID } from 'node:crypto'
import { Accumulator } from './accumulator.ts'
import { columnsOfAddition } from './additions.ts'
import type { RowKind } from './kinds.ts'
import type { KnownRow } from './known-rows.ts'
import { MergedTexts } from './merged-texts.ts'
import { orderOf } from './row-order.ts'
import type { RowReader, Wanted } from './row-reader.ts'
import { type SourceSet, SourceSets } from './source-sets.ts'
import type { StatColumns } from './stat-columns.ts'
import type { Texts } from './texts.ts'

/** Memory of a snapshot that nobody reads any more. */
export interface RowMemory {
  readonly numbers: SharedArrayBuffer
  readonly texts: SharedArrayBuffer
}

/** All rows of a snapshot, merged. Valid until the next one begins. */
export interface MergedRows {
  readonly columns: StatColumns
  /** In the order in which they are shown. */
  readonly rows: readonly KnownRow[]
  /** Another one whenever `rows`, or the sources of one of them, are others than before. */
  readonly version: string
  /** Rows × columns, and rows × texts; in memory that threads share. */
  readonly numbers: Float64Array
  readonly textNumbers: Uint32Array
  /** By index into `numbers`. */
  readonly bigIntegers: ReadonlyMap<number, bigint>
  readonly texts: Texts
  /** By place in `rows`: the sources that say of a row that it is down, where several have it; of the first rows only. */
  readonly downFor: ReadonlyMap<number, readonly number[]>
}

/** Of so many rows that are down it is told which processes say so. */
const mostDown = 500

/** Merges all rows of `show stat` with all columns, by the table of fields: what [http] shows. */
export class AllRows {
  readonly columns: StatColumns
  readonly #numbers: Accumulator
  readonly #texts: MergedTexts
  readonly #sets = new SourceSets()
  /** The columns in which rows of a kind have something: by the table of fields, and as was seen. */
  readonly #printed: Readonly<Record<RowKind, Set<string>>>
  #rows: KnownRow[] = []
  /** By source, the columns that its answer reports. */
  #reported: ReadonlySet<number>[] = []
  #shown: { rows: readonly KnownRow[]; sources: readonly (SourceSet | undefined)[]; order: Int32Array | undefined } = {
    rows: [],
    sources: [],
    order: undefined,
  }
  #isHandedOver = false
  #version: string = randomUUID()

  constructor(columns: StatColumns) {
    this.columns = columns
    this.#printed = {
      frontend: printedBy('F', columns),
      backend: printedBy('B', columns),
      server: printedBy('S', columns),
      listener: printedBy('L', columns),
    }
    this.#numbers = new Accumulator(columns.merged, new SharedArrayBuffer(0))
    this.#texts = new MergedTexts(columns)
  }

  /** Begins the next snapshot. */
  begin(memory: RowMemory | undefined): void {
    const rows = this.#rows.length
    // What was handed over is read by others from then on.
    const { merged, texts } = this.columns
    const fresh = (bytes: number) => (this.#isHandedOver ? new SharedArrayBuffer(bytes) : undefined)
    this.#texts.begin(rows, memory?.texts ?? fresh(4 * rows * texts.length))
    this.#numbers.clear(memory?.numbers ?? fresh(8 * rows * merged.length))
    this.#isHandedOver = false
    this.#rows = []
    this.#reported = []
  }

  /** What is read of the rows of a kind; of an addition only what is added up. */
  wanted(kind: RowKind, isAddition: boolean): Pick<Wanted, 'all' | 'printed'> {
    if (!isAddition) return { all: this.columns, printed: this.#printed[kind] }
    const merged = columnsOfAddition(this.columns.merged)
    return { all: { columns: [], merged, texts: [], explaining: [] }, printed: undefined }
  }

  /** Begins the answer of a source, by its index; `undefined` for an addition. */
  beginAnswer(source: number | undefined, reader: RowReader): void {
    if (source !== undefined) this.#reported[source] = new Set(reader.allCarefully.columns)
  }

  addRow(known: KnownRow): void {
    known.row = this.#numbers.addRow()
    known.sources = this.#sets.none
    known.running = false
    this.#rows.push(known)
  }

  /** Merges the row that was read last; `first` when no answer before had it. Answers of processes that are not stopping come first. */
  merge(known: KnownRow, reader: RowReader, { source, stopping }: Answerer, first: boolean): void {
    const { kind, row, running } = known
    const silent = stopping && running
    reader.mergeAllInto(this.#numbers, row, silent)
    if (source === undefined) return
    for (const name of reader.unexpected()) this.#printed[kind as RowKind].add(name)
    known.sources = this.#sets.with(known.sources as SourceSet, source)
    if (!stopping) known.running = true
    if (!this.#texts.merge(row, reader, source, first, silent)) return
    this.columns.explaining.forEach((column, index) => {
      this.#numbers.set(row, column, reader.explanation(index))
    })
  }

  /**
   * Copies a column that needs no finishing into a table of some of the rows. Where all cells of a row were empty there is 0 with
   * `emptyIsZero`, if a process that has the row has the column.
   *
   * @returns whether a number was left out because something in its place was none.
   */
  copyColumn(
    rows: readonly KnownRow[],
    { column, emptyIsZero }: { readonly column: number; readonly emptyIsZero: boolean },
    to: {
      readonly values: Float64Array
      readonly bigIntegers: Map<number, bigint>
      readonly column: number
      readonly width: number
    },
  ): boolean {
    let isBroken = false
    const reports = new Map<SourceSet | undefined, boolean>()
    rows.forEach(({ row, sources }, index) => {
      const at = index * to.width + to.column
      let value = this.#numbers.value(row, column)
      const whole = this.#numbers.bigInteger(row, column)
      if (whole !== undefined) to.bigIntegers.set(at, whole)
      if (Number.isNaN(value)) {
        const broken = this.#numbers.isBroken(row, column)
        if (emptyIsZero && !broken && this.#isReported(column, sources, reports)) value = 0
        isBroken ||= broken
      }
      to.values[at] = value
    })
    return isBroken
  }

  /** Whether one of some sources has a column; `known` keeps what was found. */
  #isReported(column: number, of: SourceSet | undefined, known: Map<SourceSet | undefined, boolean>): boolean {
    let found = known.get(of)
    if (found === undefined) {
      found = of?.sources.some((source) => this.#reported[source]?.has(column)) ?? false
      known.set(of, found)
    }
    return found
  }

  /** In memory that is not written to any more. */
  finish(): MergedRows {
    this.#isHandedOver = true
    const { rows, order, version } = this.#order()
    const { values, bigIntegers } = this.#numbers.finish()
    const { numbers, texts, downFor } = this.#texts.finish()
    const { columns } = this
    const down = [...rows.entries()].filter(([, { row, sources }]) => {
      return downFor.has(row) && (sources?.sources.length ?? 0) > 1
    })
    const merged = {
      columns,
      rows,
      version,
      numbers: values,
      bigIntegers,
      textNumbers: numbers,
      texts,
      downFor: new Map(down.slice(0, mostDown).map(([place, { row }]) => [place, (downFor.get(row) ?? []).sort()])),
    }
    if (order === undefined) return merged
    const width = columns.columns.length
    reorder(values, order, width)
    reorder(numbers, order, columns.texts.length)
    const places = new Int32Array(order.length)
    order.forEach((row, place) => {
      places[row] = place
    })
    const moved = [...bigIntegers].map(([index, value]) => {
      return [(places[Math.floor(index / width)] as number) * width + (index % width), value] as const
    })
    return { ...merged, bigIntegers: new Map(moved) }
  }

  /** That of the last snapshot, which had the same rows as a rule. */
  #order(): { rows: readonly KnownRow[]; order: Int32Array | undefined; version: string } {
    const rows = this.#rows
    const { rows: before, sources } = this.#shown
    const same =
      rows.length === before.length &&
      rows.every((row, index) => row === before[index] && row.sources === sources[index])
    if (!same) {
      this.#shown = { rows, sources: rows.map((row) => row.sources), order: orderOf(rows) }
      this.#version = randomUUID()
    }
    const { order } = this.#shown
    const shown = order === undefined ? rows : Array.from(order, (row) => rows[row] as KnownRow)
    return { rows: shown, order, version: this.#version }
  }
}

/** Whose answer it is. */
export interface Answerer {
  /** Its index among the sources; absent for what is added to the answers, as the counters of processes that ended. */
  readonly source: number | undefined
  readonly stopping: boolean
}

function printedBy(letter: 'F' | 'B' | 'S' | 'L', { columns }: StatColumns): Set<string> {
  const printed = columns.filter(({ field }) => field === undefined || field.objects.includes(letter))
  return new Set(printed.map(({ name }) => name))
}

function reorder(numbers: Float64Array | Uint32Array, order: Int32Array, width: number): void {
  const before = numbers.slice(0, order.length * width)
  order.forEach((row, place) => {
    numbers.set(before.subarray(row * width, (row + 1) * width), place * width)
  })
}
