import type { AggregateMemory, SharedAggregate } from './aggregate.ts'
import type { EncodedBatch, Encoding } from './output.ts'

/** One task for a worker: one snapshot directory, for one or more destinations that want it encoded alike. */
export interface Work {
  /** The snapshot's directory. */
  readonly path: string
  /** Its name: seconds since the epoch. */
  readonly snapshot: string
  readonly encodings: readonly Encoding[]
  /** Memory to encode into, which nobody uses: new memory for every snapshot costs as much as encoding it. */
  readonly spares?: readonly SharedArrayBuffer[]
  /** The same for an aggregate. */
  readonly memory?: AggregateMemory
  /** What the exclude files hold; nothing is excluded without. */
  readonly excluded?: ExcludeTexts
  /** Own metrics of what became of snapshots so far, by name. */
  readonly accounts?: Readonly<Record<string, number>>
}

/** Another task for a worker: to read the answers to `show stat` of single sources. */
export interface SourceWork {
  /** Open files with the answers, which stay open; `undefined` where there is none. */
  readonly descriptors: readonly (number | undefined)[]
  readonly wanted: SourceWanted
}

/** The first answer as it is, or as an aggregate; or one row of all of them. */
export type SourceWanted =
  | { readonly as: 'bytes' | 'aggregate' }
  | { readonly as: 'row'; readonly pxname: string; readonly svname: string }

/** What was wanted, or why it cannot be had. */
export interface SourceResult {
  readonly bytes?: Uint8Array
  readonly aggregate?: SharedAggregate
  /** By column, the cells that are not empty. */
  readonly rows?: readonly (ReadonlyMap<string, string> | undefined)[]
  readonly failure?: string
}

/** The texts of the files of `exclude-frontends` and `exclude-backends`; `version` is another one when one has changed. */
export interface ExcludeTexts {
  readonly version: number
  readonly frontends: Uint8Array
  readonly backends: Uint8Array
}

/** What came of it. */
export type WorkResult = Encoded | Invalid | Postponed

export interface Encoded {
  readonly outcome: 'encoded'
  /** In the order of the encodings asked for. */
  readonly batches: readonly EncodedBatch[]
  /** HAProxy processes whose answers the snapshot holds. */
  readonly processes: number
  /** The sources that did not answer, and why; absent when all have. */
  readonly incomplete?: string
  /** Things a person should know, each once per worker. */
  readonly warnings: readonly Warning[]
}

export interface Warning {
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** The snapshot is not what haproxystats-pull writes: no repetition will change that. */
export interface Invalid {
  readonly outcome: 'invalid'
  readonly reason: string
}

/**
 * What keeps a snapshot from being processed just now: its files cannot be read, the configuration has a mistake that shows
 * only at work, no worker thread can be had, or a worker failed at the snapshot and nobody knows yet why.
 */
export type Trouble = 'reading' | 'configuration' | 'thread' | 'worker'

/** The snapshot is not to blame, as far as is known: it stays in the queue and is tried again. */
export interface Postponed {
  readonly outcome: 'postponed'
  readonly trouble: Trouble
  readonly reason: string
}
