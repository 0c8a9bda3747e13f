import type { Configuration } from '@haproxystats/core'
import type { Work, WorkResult } from '../types/work.ts'

/** What every worker thread is given when it starts. */
export interface WorkerSettings {
  readonly settings: Configuration['process']
}

/** What a worker thread is asked: to process a snapshot, or only whether it is alive. */
export type ToWorker = { readonly kind: 'work'; readonly work: Work } | { readonly kind: 'ping' }

/** What it answers: once that it is loaded, then one answer to each question. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: WorkResult }
  | { readonly kind: 'alive' }
