import type { Configuration, Logger } from '@haproxystats/core'
import type { SnapshotCounters } from '../counters/counters.ts'
import type { Clock } from '../schedule/tick.ts'
import type { Duplicates } from '../sources/duplicates.ts'
import type { HangingWorkers } from '../sources/hanging-workers.ts'
import type { KnownSockets } from '../sources/known-sockets.ts'
import type { Secrets } from '../sources/secrets.ts'
import type { SeveralProcesses } from '../sources/several-processes.ts'
import type { Changes } from '../status/changes.ts'
import type { PublishedLog } from '../status/published-log.ts'
import type { PullStatus } from '../status/pull-status.ts'
import type { TypedAnswers } from './typed-answers.ts'

/** What every step of a pull needs. */
export interface Context {
  readonly options: Configuration['pull']
  readonly log: Logger
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly changes: Changes
  readonly status: PullStatus
  readonly typed: TypedAnswers
  readonly secrets: Secrets
  /** The releases of sources, as far as they are known, by address. */
  readonly versions: Map<string, string>
  readonly carried: SnapshotCounters
  readonly several: SeveralProcesses
  readonly duplicates: Duplicates
  readonly sockets: KnownSockets
  readonly hanging: HangingWorkers
  readonly publishedLog: PublishedLog
}
