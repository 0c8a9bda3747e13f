import type { Overview } from '../api/answers.ts'
import type { RowSet } from './row.ts'

/** What the page knows, and how fresh it is. */
export interface Knowledge {
  readonly overview: Overview | undefined
  readonly rows: RowSet
  /** `Date.now()` of the last answer, and how far the server's clock is ahead of ours, in seconds. */
  readonly answeredAt: number
  readonly clockAhead: number
  /** Since when nobody answers (`Date.now()`), and why; absent while somebody does. */
  readonly lost: { readonly since: number; readonly why: string } | undefined
  /** Whether snapshots are told of; otherwise they are asked for. */
  readonly isTold: boolean
}
