import type { EncodedBatch, Encoding } from './dispatcher.ts'

/** One task for a worker: one snapshot directory, for one or more destinations that want it encoded alike. */
export interface Work {
  /** The snapshot's directory. */
  readonly path: string
  /** Its name: seconds since the epoch. */
  readonly snapshot: string
  readonly encodings: readonly Encoding[]
  /** Memory to encode into, which nobody uses: new memory for every snapshot costs as much as encoding it. */
  readonly spares?: readonly SharedArrayBuffer[]
  /** Own metrics of what became of snapshots so far, by name. */
  readonly accounts?: Readonly<Record<string, number>>
}

/** What came of it. */
export type WorkResult = Encoded | Invalid | Unreadable

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

/** The snapshot could not be read just now: it stays in the queue and is tried again. */
export interface Unreadable {
  readonly outcome: 'unreadable'
  readonly reason: string
}
