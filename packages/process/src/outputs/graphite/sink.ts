import { type Configuration, type Logger, reasonOf, StatsError } from '@haproxystats/core'
import type { Batch, Sink } from '../../types/output.ts'
import { Connection, NoClose, TimedOut } from './connection.ts'
import { closesIdle, deadServerText, PeerWatch } from './idle-connection.ts'

export type GraphiteOptions = Configuration['graphite']

/** So many connections have to stay open until the receiver is taken for one that never closes. */
const probes = 3

/** How many times as long as configured a slow receiver may take at most. */
const mostPatience = 4

/**
 * How many bytes must go out before write-timeout: so many that waiting for them costs nothing, and so few, after a
 * time-out, that a receiver of 10 kB/s behind small buffers is seen to get on.
 */
const pieces = { usual: 256 * 1024, afterTimeOut: 8 * 1024 }

/** In plain mode: how long after the last byte an error may still come back, in seconds. */
const settleTime = 1

/**
 * carbon-c-relay takes up to a second to close. One that takes longer is slow, or it is a load balancer that tries to reach
 * a dead server; an idle connection shows which. It is not asked again for a while.
 */
const slowClose = 1.5
const believed = 300

/**
 * `half-close`: the receiver closes its side once it has read to our end, which proves that it has everything.
 * `plain`: it does not (a load balancer in between may not pass the half-close on); then a batch counts as delivered when
 * the kernel has taken it and no error came back.
 */
type Proof = 'unknown' | 'half-close' | 'plain'

const proofTexts = {
  'half-close':
    'closes a connection after we have closed our side, which proves deliveries to it; if it is a TCP load balancer, ' +
    'only with "check" for its servers: without, it closes for a dead one, too',
  plain:
    'does not close a connection after we have closed our side, so nothing proves that it got everything; a batch will ' +
    'count as delivered when it was sent without an error',
}

/**
 * One destination that speaks Graphite's plain text protocol, which has no acknowledgement. Each send goes out whole, on a
 * connection of its own; then we close our side and wait for the receiver to close its own, which it does after reading
 * everything. A reset, an early end or a time-out before that: not delivered. A load balancer proves only its own part.
 */
export class GraphiteSink implements Sink {
  readonly #options: GraphiteOptions
  readonly #log: Logger
  readonly #name: string
  readonly #watch: PeerWatch | undefined
  #proof: Proof = 'unknown'
  #unanswered = 0
  /** Until when one that is slow to close is believed, by a clock that only runs. */
  #believedUntil = 0
  /**
   * How many times as long as configured writing and closing may take now. What timed out may have been on its way to a
   * receiver that is slow, and would be sent in vain again and again, so each further attempt may take twice as long.
   */
  #patience = 1

  constructor(options: GraphiteOptions, log: Logger) {
    this.#options = options
    this.#log = log
    this.#name = `${options.server}:${options.port}`
    this.#watch = options.replay > 0 ? new PeerWatch(options) : undefined
  }

  get proof(): Proof {
    return this.#proof
  }

  get deaths(): number {
    return this.#watch?.deaths ?? 0
  }

  async send(batches: readonly Batch[], signal: AbortSignal): Promise<void> {
    try {
      if (this.#proof === 'unknown') await this.#findProof(signal)
      await this.#deliver(batches, signal)
      this.#watch?.begin()
    } catch (error) {
      throw new StatsError('DESTINATION', `${this.#name}: ${reasonOf(error)}`, {}, error)
    }
  }

  async close(): Promise<void> {
    this.#watch?.end()
  }

  /** An empty connection, closed on our side at once, shows whether the receiver answers with closing its own. */
  async #findProof(signal: AbortSignal): Promise<void> {
    const connection = await this.#connect(signal)
    try {
      await this.#end(connection)
    } finally {
      connection.destroy()
    }
  }

  async #deliver(batches: readonly Batch[], signal: AbortSignal): Promise<void> {
    const connection = await this.#connect(signal)
    try {
      const timeout = this.#patience * this.#options['write-timeout']
      const size = this.#patience === 1 ? pieces.usual : pieces.afterTimeOut
      for (const { bytes } of batches) await connection.write(bytes, timeout, size)
      const begin = performance.now()
      await this.#end(connection)
      const isSlow = performance.now() - begin > slowClose * 1000
      if (this.#proof === 'half-close' && isSlow) await this.#look(signal)
      this.#patience = 1
    } catch (error) {
      if (error instanceof TimedOut) this.#patience = Math.min(mostPatience, 2 * this.#patience)
      throw error
    } finally {
      connection.destroy()
    }
  }

  #connect(signal: AbortSignal): Promise<Connection> {
    const { server, port } = this.#options
    return Connection.open(server, port, this.#options['connect-timeout'], signal)
  }

  /**
   * Closes our side; resolves when the receiver has closed its own. One that does not may only be stopped or overloaded, so it
   * takes several to believe that it never does. From then on a moment without an error is enough, until it closes again.
   */
  async #end(connection: Connection): Promise<void> {
    const isPlain = this.#proof === 'plain'
    try {
      await connection.end(isPlain ? settleTime : this.#patience * this.#options['commit-timeout'])
      this.#unanswered = 0
      this.#setProof('half-close')
    } catch (error) {
      if (!(error instanceof NoClose)) throw error
      if (isPlain) return
      if (++this.#unanswered < probes) throw error
      this.#setProof('plain')
    }
  }

  #setProof(proof: keyof typeof proofTexts): void {
    if (this.#proof === proof) return
    const isBack = this.#proof === 'plain'
    this.#proof = proof
    const text = `${this.#name} ${isBack ? 'closes connections after us again, which proves deliveries' : proofTexts[proof]}`
    this.#log[proof === 'plain' ? 'warn' : 'info']({ destination: this.#name }, text)
  }

  /** A load balancer closes as properly as a receiver when it has given up on a dead server. */
  async #look(signal: AbortSignal): Promise<void> {
    if (performance.now() < this.#believedUntil) return
    const seconds = await closesIdle(this.#options, signal)
    if (seconds !== undefined) throw new Error(deadServerText(seconds))
    this.#believedUntil = performance.now() + believed * 1000
  }
}
