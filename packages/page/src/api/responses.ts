/** The responses of `/api/v1/`, as far as the page reads them. `null` is "unknown" or "not applicable". */

export type Value = number | string | null

export type Kind = 'frontend' | 'backend' | 'server' | 'listener'

export type Severity = 'critical' | 'warning' | 'info'

export interface Problem {
  readonly severity: Severity
  /** The key of its row, `p:<process>`, or another key. */
  readonly key: string
  readonly title: string
  readonly detail: string | null
  /** Seconds since the epoch. */
  readonly since: number | null
}

/** One HAProxy process; fields that a statistics page does not have are null. */
export interface HaproxyProcess {
  readonly name: string
  readonly release: string | null
  readonly pid: number | null
  /** Seconds. */
  readonly uptime: number | null
  readonly stopping: boolean
  /** Percent of its threads' time. */
  readonly cpu: number | null
  readonly currConns: number | null
  readonly maxconn: number | null
  readonly sessRate: number | null
  readonly connRate: number | null
}

/** `/api/v1/overview`. Times are seconds since the epoch by the server's clock. */
export interface Overview {
  readonly snapshot: number | null
  readonly now: number
  /** Seconds between snapshots. */
  readonly interval: number
  readonly stale: boolean
  readonly complete: boolean
  readonly missing: readonly string[]
  readonly sources: readonly HaproxyProcess[]
  /** The newest of the history of `daemon`, and more. */
  readonly totals: Readonly<Record<string, unknown>>
  /** The worst ones; `problemCounts` has the total. */
  readonly problems: readonly Problem[]
  readonly problemCounts: Readonly<Record<Severity, number>>
}

/** Key, kind, pxname, svname, indexes of its processes; then the values in the order of `RowsResponse.fields`. */
export type WireRow = readonly [string, Kind, string, string, readonly number[], ...Value[]]

/** `/api/v1/rows`. */
export interface RowsResponse {
  readonly snapshot: number
  readonly fields: readonly string[]
  readonly rows: readonly WireRow[]
}

/** `/api/v1/row`: all fields of one row. */
export interface RowResponse {
  readonly snapshot: number
  readonly key: string
  readonly merged: Readonly<Record<string, Value>>
  readonly rates: Readonly<Record<string, number | null>>
  readonly sources: Readonly<Record<string, Readonly<Record<string, Value>>>>
}

export interface HistorySeries {
  readonly key: string
  readonly field: string
  readonly unit: string
  readonly values: readonly (number | null)[]
  /** The maximum within the span of each of `values`, which are means. */
  readonly peaks?: readonly (number | null)[]
}

/** `/api/v1/history`: values at equal steps of seconds, oldest first. */
export interface HistoryResponse {
  readonly begin: number
  readonly step: number
  readonly series: readonly HistorySeries[]
}

/** A line of `/api/v1/fields`. */
export interface FieldFacts {
  readonly name: string
  readonly unit: string
  readonly summary: string | null
}
