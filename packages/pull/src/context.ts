import type { Conditions, Configuration, Logger } from '@haproxystats/core'
import type { Deadline } from '@haproxystats/haproxy'
import type { SnapshotCounters } from './counters/counters.ts'
import type { QueueDirectory } from './queue/queue-directory.ts'
import type { Clock } from './schedule/tick.ts'
import type { Duplicates } from './sources/duplicates.ts'
import type { HangingWorkers } from './sources/hanging-workers.ts'
import type { KnownSockets } from './sources/known-sockets.ts'
import type { Secrets } from './sources/secrets.ts'
import type { SeveralProcesses } from './sources/several-processes.ts'
import type { TypedAnswers } from './sources/typed-answers.ts'
import type { PublishedLog } from './status/published-log.ts'
import type { PullStatus } from './status/pull-status.ts'
import type { SnapshotDraft } from './write/publish.ts'

/** What lasts from one pull to the next. */
export interface Context {
  readonly options: Configuration['pull']
  readonly log: Logger
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly conditions: Conditions
  readonly publishedLog: PublishedLog
  readonly status: PullStatus
  readonly queue: QueueDirectory
  readonly counters: SnapshotCounters
  readonly secrets: Secrets
  readonly typed: TypedAnswers
  /** Releases of HAProxy by address, as far as they are known. */
  readonly versions: Map<string, string>
  readonly sockets: KnownSockets
  readonly duplicates: Duplicates
  readonly several: SeveralProcesses
  readonly hanging: HangingWorkers
}

/** One pull: everything that reading its sources needs. */
export interface Pull extends Context {
  readonly draft: SnapshotDraft
  readonly deadline: Deadline
}
