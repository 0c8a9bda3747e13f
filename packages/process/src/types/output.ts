import type { Configuration, Diagnostic, Logger } from '@haproxystats/core'
import type { SharedAggregate } from './aggregate.ts'
import type { Table } from './table.ts'

/** How a worker turns tables into bytes: the encoder's name and its options, which must be plain data. */
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

/** One snapshot's datapoints for one output. Sent as a whole, or again as a whole. */
export interface Batch extends EncodedBatch {
  /** The snapshot's name: seconds since the epoch. */
  readonly snapshot: string
  /** The sources that did not answer, so that sums in it lack their processes. Absent when all did. */
  readonly incomplete?: string
}

/** How many snapshots may wait for an output, and which one is dropped when there are more. */
export interface Backlog {
  readonly most: number
  readonly full: 'drop-newest' | 'drop-oldest'
  /** What is dropped is no loss: neither counted nor logged. */
  readonly silent?: boolean
}

/** Whether an output leaves incomplete snapshots out or takes them like others. */
export type Incomplete = 'discard' | 'deliver'

/** What every output has among its options; unset, `[pull]` decides. */
export interface OutputOptions {
  readonly backlog: number | undefined
  readonly 'backlog-full': Backlog['full'] | undefined
  readonly incomplete: Incomplete | undefined
}

/** When a failed `send` is retried. Times in seconds. */
export interface RetryPolicy {
  /** Retries before the pause; -1: for ever, without a pause. */
  readonly retries: number
  readonly interval: number
  readonly backoff: number
  /** The pause after the last retry; later pauses grow up to six times as long. */
  readonly delay: number
}

/** A destination that takes one send after the other. */
export interface Sink {
  /** Resolves once the destination has all batches whole; rejects otherwise. Never called concurrently. */
  send(batches: readonly Batch[], signal: AbortSignal): Promise<void>
  close(): Promise<void>
  /** How often the destination was seen to die between two sends; absent where that cannot be seen or does not matter. */
  readonly deaths?: number
  /** What proves that a batch was delivered, for the status file. */
  readonly proof?: string
}

/** How the queue of an output works. */
export interface QueueSettings {
  readonly retry: RetryPolicy
  /** How many datapoints to prefetch into memory; one batch always. */
  readonly prefetchDatapoints: number
  /** How many datapoints of several snapshots to send at a time while a backlog drains; one batch always. */
  readonly maxSendDatapoints: number
  /** What was delivered in so many seconds is sent again after the destination died. */
  readonly replay: number
  /** Datapoints a second while a backlog drains; 0: no limit. */
  readonly maxRate: number
}

/** One destination of an output. */
export interface Instance<Options> {
  /** In logs and marks in the queue, so it must be fit for a file name: `graphite`, `graphite:second`. */
  readonly name: string
  readonly options: Options & OutputOptions
}

/**
 * A kind of destination. It has nothing to do with order, retries, counting or shutdown: delivery does that for all.
 */
export interface Output<Options> {
  /** The names of its instances begin with it. */
  readonly name: string
  /** What to add to a configuration to have it. */
  readonly toAdd: string
  /** The destinations that the configuration asks for. */
  instances(configuration: Configuration): readonly Instance<Options>[]
  /** Instances whose encodings are equal get the same bytes, made once. */
  encoding(configuration: Configuration, options: Options): Encoding
  queue(options: Options): QueueSettings
  /** In the main thread. Opens nothing yet: a destination that is down must not keep the program from starting. */
  open(options: Options, context: { log: Logger }): Sink
  /** Mistakes in its sections; only those that must keep the program from starting when it is `starting`. */
  check?(configuration: Configuration, starting: boolean): Promise<readonly Diagnostic[]>
  /** What `--check` says that is no mistake. */
  notes?(configuration: Configuration): Promise<readonly Diagnostic[]>
}
