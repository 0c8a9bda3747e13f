import type { Configuration, Logger } from '@haproxystats/core'
import type { Changes } from './changes.ts'
import type { Clock } from './tick.ts'

/** What every step of a pull needs. */
export interface Context {
  readonly options: Configuration['pull']
  readonly log: Logger
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly changes: Changes
}
