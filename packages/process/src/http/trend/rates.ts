import { type Info, infoNumber } from '@haproxystats/haproxy'
import { isSameRow, keyOf, type View, type ViewRow } from '../live/view.ts'

/** The part of a view that rates need when the next one comes. */
export type Before = Pick<View, 'snapshot' | 'rows' | 'numbers' | 'columns' | 'columnOf' | 'info'> & {
  readonly sources: readonly { readonly name: string; readonly info: Info | undefined }[]
}

/** A rate over more seconds than this says nothing of now. */
const longest = 3600

/**
 * Growth of counters in a second, between two snapshots. NaN where a counter may have begun at 0 in between: a process
 * is another or has restarted, other processes have the row, or a value is lower.
 */
export class Rates {
  readonly #view: Before
  readonly #before: Before | undefined
  readonly #seconds: number
  /** Row of the snapshot before, by row; -1 without one that can be compared. */
  readonly #rowBefore: Int32Array
  readonly #columnBefore: readonly number[]
  /** Index of each source in the snapshot before; -1 when it is another process now. */
  readonly #sourceBefore: readonly number[]
  readonly #sameProcesses: boolean
  /** The processes are the same in the same order. */
  readonly #sameOrder: boolean

  constructor(view: View, before: Before | undefined) {
    const seconds = before === undefined ? 0 : view.snapshot - before.snapshot
    const usable = before !== undefined && seconds > 0 && seconds <= longest ? before : undefined
    this.#view = beforeOf(view)
    this.#before = usable
    this.#seconds = seconds
    this.#sourceBefore = view.sources.map((source) => sourceBefore(source, usable))
    this.#sameProcesses =
      usable !== undefined && usable.sources.length === view.sources.length && !this.#sourceBefore.includes(-1)
    this.#sameOrder = this.#sameProcesses && this.#sourceBefore.every((before, index) => before === index)
    this.#columnBefore = view.columns.map(({ name }) => usable?.columnOf.get(name) ?? -1)
    this.#rowBefore = usable === undefined ? new Int32Array(view.rows.length).fill(-1) : this.#matchRows(usable)
  }

  /** The snapshot they are of. */
  get snapshot(): number {
    return this.#view.snapshot
  }

  /** The snapshots that are read for them. */
  get snapshots(): number[] {
    return [this.#view, this.#before].flatMap((view) => view?.snapshot ?? [])
  }

  /** What to compare the next snapshot with. */
  get view(): Before {
    return this.#view
  }

  /** A column of a row, in a second. */
  ofRow(row: number, column: number): number {
    const before = this.#before
    const rowBefore = this.#rowBefore[row] ?? -1
    const columnBefore = this.#columnBefore[column] ?? -1
    if (rowBefore < 0 || columnBefore < 0 || before === undefined) return Number.NaN
    const now = this.#view.numbers[row * this.#view.columns.length + column] as number
    return this.#grown(now, before.numbers[rowBefore * before.columns.length + columnBefore] as number)
  }

  /** Adds what `ofRow` says of a column of some rows. */
  addColumn(column: number, rows: Int32Array, into: Float64Array): void {
    const before = this.#before
    const columnBefore = this.#columnBefore[column] ?? -1
    if (before === undefined || columnBefore < 0) {
      into.fill(Number.NaN, 0, rows.length)
      return
    }
    const { numbers, columns } = this.#view
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] as number
      const rowBefore = this.#rowBefore[row] as number
      const now = numbers[row * columns.length + column] as number
      if (rowBefore < 0) into[at] = Number.NaN
      else (into[at] as number) += this.#grown(now, before.numbers[rowBefore * before.columns.length + columnBefore]!)
    }
  }

  /** A counter of `show info`, merged over all processes. */
  ofInfo(name: string): number {
    if (this.#before === undefined || !this.#sameProcesses) return Number.NaN
    return this.#grown(infoNumber(this.#view.info, name), infoNumber(this.#before.info, name))
  }

  /** A counter of one process. */
  ofProcess(source: number, name: string): number {
    const before = this.#before?.sources[this.#sourceBefore[source] ?? -1]?.info
    const now = this.#view.sources[source]?.info
    if (before === undefined || now === undefined) return Number.NaN
    return this.#grown(infoNumber(now, name), infoNumber(before, name))
  }

  #grown(now: number, before: number): number {
    return now >= before ? (now - before) / this.#seconds : Number.NaN
  }

  /** Processes print the same rows in the same order, so the next one is looked for behind the one before. */
  #matchRows({ rows: before }: Before): Int32Array {
    const { rows } = this.#view
    const found = new Int32Array(rows.length).fill(-1)
    let keys: Map<string, number> | undefined
    let expected = 0
    for (let at = 0; at < found.length; at++) {
      const row = rows[at] as ViewRow
      let index = expected
      if (!isSameRow(row, before[index])) {
        keys ??= new Map(before.map((other, place) => [keyOf(other), place]))
        index = keys.get(keyOf(row)) ?? -1
      }
      if (index < 0) continue
      expected = index + 1
      if (this.#haveSameSources(row, before[index] as ViewRow)) found[at] = index
    }
    return found
  }

  #haveSameSources({ sources }: ViewRow, { sources: before }: ViewRow): boolean {
    if (sources === before && this.#sameOrder) return true
    if (sources.length !== before.length) return false
    return sources.every((source) => before.includes(this.#sourceBefore[source] as number))
  }
}

function beforeOf({ snapshot, rows, numbers, columns, columnOf, info, sources }: View): Before {
  const processes = sources.map(({ name, info: its }) => ({ name, info: its }))
  return { snapshot, rows, numbers, columns, columnOf, info, sources: processes }
}

/** -1 when it was not there, or is another process since. */
function sourceBefore({ name, info }: Before['sources'][number], before: Before | undefined): number {
  const index = before?.sources.findIndex((source) => source.name === name) ?? -1
  const infoBefore = before?.sources[index]?.info
  if (index < 0 || info === undefined || infoBefore === undefined) return index
  const restarted = infoNumber(info, 'Uptime_sec') < infoNumber(infoBefore, 'Uptime_sec')
  return restarted || info.get('Pid') !== infoBefore.get('Pid') ? -1 : index
}
