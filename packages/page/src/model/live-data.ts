import type { Overview } from '../api/responses.ts'
import type { RowSet } from './row.ts'

/** The newest snapshot, and how fresh it is. */
export interface LiveData {
  readonly overview: Overview | undefined
  readonly rows: RowSet
  /** Seconds that the server's clock is ahead of the browser's. */
  readonly clockAhead: number
  /** Since when requests fail (`Date.now()`), and why; undefined while they succeed. */
  readonly lost: { readonly since: number; readonly why: string } | undefined
  /** Whether server-sent events announce snapshots; otherwise the page polls. */
  readonly hasEvents: boolean
}
