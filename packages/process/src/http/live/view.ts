import type { PullReport } from '@haproxystats/core'
import type { Info } from '@haproxystats/haproxy/read'
import { type RowKind, rowKinds } from '../../aggregate/kinds.ts'
import type { StatColumn } from '../../aggregate/stat-columns.ts'
import type { Table } from '../../types/table.ts'

export { type RowKind, rowKinds }

/** One column of a view: those of the newest release of HAProxy in its order, then what older or other builds print. */
export type ViewColumn = StatColumn

/** What one row is about. Names are text (UTF-8 decoded where they are that), as a person reads them. */
export interface ViewRow {
  readonly kind: RowKind
  readonly pxname: string
  readonly svname: string
  /** Indexes into `View.sources` of the processes that have it. */
  readonly sources: readonly number[]
}

/** One HAProxy process of a snapshot. */
export interface ViewSource {
  /** As in the names of files, without `.sock`: `lb1`. */
  readonly name: string
  /** As in the names of files: `lb1.sock`. */
  readonly file: string
  /** Its `show info`; absent for statistics pages, which have none. */
  readonly info: Info | undefined
  readonly stopping: boolean
  /** Whether it answered `show stat`. */
  readonly answered: boolean
}

/**
 * All that one snapshot says, merged over processes by the table of fields: what the page, the CSV and the metrics are made
 * of. Immutable.
 */
export interface View {
  /** The snapshot's name: seconds since the epoch. */
  readonly snapshot: number
  readonly sources: readonly ViewSource[]
  readonly columns: readonly ViewColumn[]
  /** Index into `columns` by name. */
  readonly columnOf: ReadonlyMap<string, number>
  /** So many columns stand before the one named `-`, behind which HAProxy 2.3 and newer print those of modules; absent without it. */
  readonly dash: number | undefined
  /** By proxy; within it as HAProxy prints them: FRONTEND, listeners, servers, BACKEND. */
  readonly rows: readonly ViewRow[]
  /** Rows × columns, row after row; NaN is absent, and every text. Means are whole, as HAProxy prints them. */
  readonly numbers: Float64Array
  /** Whole numbers beyond 2^53, by index into `numbers`. */
  readonly bigIntegers: ReadonlyMap<number, bigint>
  /**
   * Text of a row; `undefined` where the cell is empty. Of several processes' status it is the worst, and what checks say is
   * of the process that has it.
   */
  text(row: number, column: number): string | undefined
  /** By row that is down: the sources that say so, where several have it. Of so many rows as are worth looking at. */
  readonly downFor: ReadonlyMap<number, readonly number[]>
  /** `show info` merged over processes, by HAProxy's names, as it would be printed. */
  readonly info: Info
  /**
   * The tables `daemon`, `process` and `own` of the pipeline, derived metrics among them, with every field of `show info` that is a
   * number. `process` has a row for each source that has `info`, in their order.
   */
  readonly tables: readonly Table[]
  /** What haproxystats-pull says of the snapshot: which sources did not answer, and why. Absent when it is older than that. */
  readonly pull: PullReport | undefined
}

/** How a row is named in URLs and keys: `f:www`, `l:www/sock-1`, `b:app`, `s:app/app1`. */
export function keyOf({ kind, pxname, svname }: ViewRow): string {
  return kind === 'frontend' || kind === 'backend' ? `${kind[0]}:${pxname}` : `${kind[0]}:${pxname}/${svname}`
}

/** Whether two rows are of the same object of HAProxy. */
export function isSameRow(row: ViewRow, other: ViewRow | undefined): boolean {
  if (row === other) return true
  return row.svname === other?.svname && row.pxname === other.pxname && row.kind === other.kind
}
