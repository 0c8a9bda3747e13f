import type { Configuration, Logger } from '@haproxystats/core'
import type { CarriedCounters } from './carried-counters.ts'
import type { Changes } from './changes.ts'
import type { Duplicates } from './duplicates.ts'
import type { HangingWorkers } from './hanging-workers.ts'
import type { KnownSockets } from './known-sockets.ts'
import type { PublishedLog } from './published-log.ts'
import type { PullStatus } from './pull-status.ts'
import type { Secrets } from './secrets.ts'
import type { SeveralProcesses } from './several-processes.ts'
import type { Clock } from './tick.ts'
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
  readonly carried: CarriedCounters
  readonly several: SeveralProcesses
  readonly duplicates: Duplicates
  readonly sockets: KnownSockets
  readonly hanging: HangingWorkers
  readonly publishedLog: PublishedLog
}
