import type { Sources } from '../live/source-reader.ts'
import type { View } from '../live/view.ts'
import type { MemoryHistory } from '../trend/memory-history.ts'

/** What routes answer from. */
export interface Facts {
  /** Of the newest snapshot; absent until there is one. */
  readonly view: View | undefined
  readonly history: MemoryHistory
  /** What the processes of the view answered, each alone. */
  readonly sources?: Sources
  /** What the status file of haproxystats-process says, see `statusOf`. */
  readonly status: Readonly<Record<string, unknown>>
  /** Seconds between snapshots, as pull is configured; what makes data stale. */
  readonly interval: number
  /** Seconds since the epoch. */
  now(): number
}

/** Snapshots may be late by so many intervals before what is shown is called stale. */
export const patience = 3

/** Seconds since the newest snapshot, where it is older than it should be. */
export function staleness({ view, interval, now }: Facts): number | undefined {
  if (view === undefined) return undefined
  const age = now() - view.snapshot
  return age > patience * interval ? age : undefined
}
