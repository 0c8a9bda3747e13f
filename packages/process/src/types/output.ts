import type { Configuration, Logger } from '@haproxystats/core'
import type { SharedAggregate } from './aggregate.ts'
import type { Table } from './table.ts'

/** What a worker is to make of tables for a destination: the encoder's name and its options, which must be plain data. */
export interface Encoding {
  readonly encoder: string
  readonly options: unknown
}

/**
 * Turns tables into bytes. Pure; runs in a worker. `timestamp` is the snapshot's, in seconds; `spare` is memory that may be
 * written into.
 */
export type Encode = (tables: readonly Table[], timestamp: number, spare?: ArrayBufferLike) => EncodedBatch

export interface EncodedBatch {
  /**
   * In memory that threads share, as a rule. Buffers that are moved between them count as new memory in each, and 40 MB of that made
   * V8 collect garbage at every snapshot, in both.
   */
  readonly bytes: Uint8Array
  readonly datapoints: number
  /** Instead of bytes, for [http]. */
  readonly aggregate?: SharedAggregate
}

/** One snapshot's datapoints for one destination. Sent as a whole, or again as a whole. */
export interface Batch extends EncodedBatch {
  /** The snapshot's name: seconds since the epoch. */
  readonly snapshot: string
  /** Why sums in it are over fewer processes than there are: the sources that did not answer. Absent when all have. */
  readonly incomplete?: string
}

/** How many snapshots may wait for a destination, and which of them is lost when there are more. */
export interface Backlog {
  readonly most: number
  readonly full: 'drop-newest' | 'drop-oldest'
  /** What is lost is no loss: not counted, not logged. */
  readonly silent?: boolean
}

/** What a destination does with incomplete snapshots: leaves them out, or takes them like others. */
export type Incomplete = 'discard' | 'deliver'

/** What every kind of destination has among its options; unset, `[pull]` decides. */
export interface OutputOptions {
  readonly backlog: number | undefined
  readonly 'backlog-full': Backlog['full'] | undefined
  readonly incomplete: Incomplete | undefined
}

/** When and how a failed `send` is repeated. Times in seconds. */
export interface RetryPolicy {
  /** Repetitions before the pause; -1: for ever, so no pause ever. */
  readonly retries: number
  readonly interval: number
  readonly backoff: number
  /** The pause after the last repetition; following pauses grow up to six times as long. */
  readonly delay: number
}

/** A destination that is open for one batch after the other. */
export interface Sink {
  /** Resolves once the destination has all batches whole; rejects otherwise. Never called concurrently. */
  send(batches: readonly Batch[], signal: AbortSignal): Promise<void>
  close(): Promise<void>
  /** How often the destination was seen to die between two sends; absent where that cannot be seen or does not matter. */
  readonly deaths?: number
  /** What proves that a batch was delivered, for the status file. */
  readonly proof?: string
}

/** One destination of a kind. */
export interface Instance<Options> {
  /** In logs and marks in the queue, so it must be fit for a file name: `graphite`, `graphite:second`. */
  readonly name: string
  readonly options: Options & OutputOptions
}

/**
 * A kind of destination. It has nothing to do with order, repeating, counting or shutdown: delivery does that for all.
 */
export interface Dispatcher<Options> {
  /** Of the kind; the names of its instances begin with it. */
  readonly name: string
  readonly summary: string
  /** The destinations of this kind that the configuration asks for. */
  instances(configuration: Configuration): readonly Instance<Options>[]
  /** Instances whose encodings are equal get the same bytes, made once. */
  encoding(configuration: Configuration, options: Options): Encoding
  retry(options: Options): RetryPolicy
  /** How many datapoints may wait in memory; one batch always may. */
  window(options: Options): number
  /** How many datapoints of several snapshots may go out as one while a backlog drains; one batch always may. */
  readonly together: number
  /** Seconds of what was delivered that are sent again after the destination died; 0 unless given. */
  replay?(options: Options): number
  /** Datapoints a second while a backlog drains; 0, no limit, unless given. */
  maxRate?(options: Options): number
  /** In the main thread. Opens nothing yet: a destination that is down must not keep the program from starting. */
  open(options: Options, context: { log: Logger }): Sink
}
