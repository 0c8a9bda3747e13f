import { type Logger, reasonOf, StatsError } from '@haproxystats/core'
import type { Batch, Sink } from '../types/dispatcher.ts'
import { Connection, NoClose } from './connection.ts'
import type { GraphiteOptions } from './graphite.ts'
import { PeerWatch } from './peer-watch.ts'

/** In plain mode: how long after the last byte an error may still come back, in seconds. */
const settleTime = 1

/**
 * `half-close`: the receiver closes its side once it has read to our end, which proves that it has everything.
 * `plain`: it does not (a load balancer in between may not pass the half-close on); then a batch counts as delivered when
 * the kernel has taken it and no error came back.
 */
type Proof = 'unknown' | 'half-close' | 'plain'

/**
 * One destination that speaks Graphite's plain text protocol, which has no acknowledgement. What is sent at a time
 * goes out whole, on a connection of its own; then we close our side and wait for the receiver to close its own, which it does after reading
 * everything. A reset, an early end or a time-out before that: not delivered.
 */
export class GraphiteSink implements Sink {
  readonly #options: GraphiteOptions
  readonly #log: Logger
  readonly #name: string
  readonly #watch: PeerWatch | undefined
  #proof: Proof = 'unknown'

  constructor(options: GraphiteOptions, log: Logger) {
    this.#options = options
    this.#log = log
    this.#name = `${options.server}:${options.port}`
    this.#watch = options.replay > 0 ? new PeerWatch(options.server, options.port) : undefined
  }

  get proof(): Proof {
    return this.#proof
  }

  get deaths(): number {
    return this.#watch?.deaths ?? 0
  }

  async send(batches: readonly Batch[], signal: AbortSignal): Promise<void> {
    try {
      if (this.#proof === 'unknown') this.#proof = await this.#findProof(signal)
      await this.#deliver(batches, signal)
      this.#watch?.begin()
    } catch (error) {
      throw new StatsError('DESTINATION', `${this.#name}: ${reasonOf(error)}`, {}, error)
    }
  }

  async close(): Promise<void> {
    this.#watch?.end()
  }

  async #deliver(batches: readonly Batch[], signal: AbortSignal): Promise<void> {
    const connection = await this.#connect(signal)
    try {
      for (const { bytes } of batches) await connection.write(bytes, this.#options['write-timeout'])
      if (this.#proof === 'half-close') await connection.end(this.#options['commit-timeout'])
      else await connection.end(settleTime).catch(unlessSettled)
    } finally {
      connection.destroy()
    }
  }

  /** An empty connection, closed on our side at once, shows whether the receiver answers with closing its own. */
  async #findProof(signal: AbortSignal): Promise<Proof> {
    const connection = await this.#connect(signal)
    try {
      await connection.end(this.#options['commit-timeout'])
      return 'half-close'
    } catch (error) {
      unlessSettled(error)
      this.#log.warn(
        { destination: this.#name },
        `${this.#name} does not close a connection after we have closed our side, so nothing proves that it got ` +
          'everything; a batch will count as delivered when it was sent without an error',
      )
      return 'plain'
    } finally {
      connection.destroy()
    }
  }

  #connect(signal: AbortSignal): Promise<Connection> {
    const { server, port } = this.#options
    return Connection.open(server, port, this.#options['connect-timeout'], signal)
  }
}

/** The peer's keeping the connection open is no error where it is known not to close. */
function unlessSettled(error: unknown): void {
  if (!(error instanceof NoClose)) throw error
}
