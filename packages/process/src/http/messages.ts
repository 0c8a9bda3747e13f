import type { Configuration } from '@haproxystats/core'

/** What the thread gets when it starts. */
export interface ThreadSettings {
  readonly settings: NonNullable<Configuration['http']>
  readonly process: Configuration['process']
  /** Seconds between snapshots. */
  readonly interval: number
  readonly historyPath: string
}

/** What the main thread tells the thread. */
export type ToThread =
  | {
      readonly kind: 'snapshot'
      readonly id: number
      readonly path: string
      readonly snapshot: number
    }
  | { readonly kind: 'status'; readonly status: Readonly<Record<string, unknown>> }
  | { readonly kind: 'close' }

/** What the thread tells the main thread. */
export type FromThread =
  | { readonly kind: 'read'; readonly id: number; readonly trouble?: string }
  | { readonly kind: 'tell'; readonly severity: 'info' | 'warn' | 'error'; readonly message: string }
