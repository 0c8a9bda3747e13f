import type { Configuration } from '@haproxystats/core'
import type { SharedAggregate } from '../types/aggregate.ts'
import type { SourceResult } from '../types/work.ts'
import type { SourceRequest } from './live/source-reader.ts'

/** What the thread gets when it starts. */
export interface ThreadSettings {
  readonly settings: NonNullable<Configuration['http']>
  /** Seconds between snapshots. */
  readonly interval: number
  readonly historyPath: string
}

/** What the main thread sends to the thread. */
export type ToThread =
  | { readonly kind: 'snapshot'; readonly aggregate: SharedAggregate }
  | { readonly kind: 'source'; readonly id: number; readonly result: SourceResult }
  | { readonly kind: 'status'; readonly status: Readonly<Record<string, unknown>> }
  | { readonly kind: 'close' }

/** What the thread sends to the main thread; snapshots by their names. */
export type FromThread =
  | {
      readonly kind: 'read'
      readonly snapshot: number
      readonly trouble?: string
      /** The snapshot that is served, and all whose memory is still read. */
      readonly served: number | undefined
      readonly used: readonly number[]
    }
  | ({ readonly kind: 'source' } & SourceRequest)
  | { readonly kind: 'log'; readonly severity: 'info' | 'warn' | 'error'; readonly message: string }
