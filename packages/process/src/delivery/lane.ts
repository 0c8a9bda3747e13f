import { type Logger, reasonOf, wait } from '@haproxystats/core'
import type { Batch, Encoding, RetryPolicy, Sink } from '../types/dispatcher.ts'
import { Backoff } from './backoff.ts'
import type { Batches } from './batches.ts'

/** How long to leave a snapshot alone that could not be read just now, in seconds. */
const unreadablePause = 1

/** While fewer datapoints wait in memory, any number of batches may: enough to fill a unit. */
const fewDatapoints = 100_000

/** What a lane needs to know of its dispatcher. */
export interface LaneSettings {
  /** The dispatcher's name; also the name of its marks in the queue. */
  readonly name: string
  readonly sink: Sink
  readonly encoding: Encoding
  readonly retry: RetryPolicy
  /** How many datapoints may wait in memory; one batch always may. */
  readonly window: number
  /** How many batches may wait in memory; more if they are small. */
  readonly ahead: number
  /** How many datapoints may go out as one while a backlog drains; one batch always may. */
  readonly together: number
}

export interface LaneEvents {
  /** All of a snapshot has been delivered. */
  readonly delivered: (snapshot: string, datapoints: number) => Promise<void>
}

/**
 * One dispatcher's own way through the queue: oldest first, one batch at a time, each until it is delivered. A destination
 * that is down holds up its own lane and nobody else's; what does not fit its window waits on disk.
 */
export class Lane {
  readonly name: string
  readonly #settings: LaneSettings
  readonly #batches: Batches
  readonly #events: LaneEvents
  readonly #log: Logger
  readonly #key: string
  readonly #backoff: Backoff
  readonly #pending: string[] = []
  readonly #held = new Map<string, number>()
  #failingSince = 0
  #lastSize = 0
  #wake: () => void = () => undefined

  constructor(settings: LaneSettings, batches: Batches, events: LaneEvents, log: Logger) {
    this.name = settings.name
    this.#settings = settings
    this.#batches = batches
    this.#events = events
    this.#log = log
    this.#key = `${settings.encoding.encoder} ${JSON.stringify(settings.encoding.options, plain)}`
    this.#backoff = new Backoff(settings.retry)
  }

  /** A snapshot to deliver, in its place by age. */
  add(snapshot: string): void {
    let index = this.#pending.length
    while (index > 0 && Number(this.#pending[index - 1]) > Number(snapshot)) index--
    this.#pending.splice(index, 0, snapshot)
    this.#wake()
  }

  /** A snapshot that is no longer to be delivered. */
  drop(snapshot: string): void {
    const index = this.#pending.indexOf(snapshot)
    if (index >= 0) this.#pending.splice(index, 1)
    this.#held.delete(snapshot)
    this.#batches.release(snapshot, this.#key, this)
  }

  /**
   * Delivers until `stop`; then only what is in hand, each batch with one attempt. `kill` ends that too.
   */
  async run(stop: AbortSignal, kill: AbortSignal): Promise<void> {
    const wake = () => this.#wake()
    stop.addEventListener('abort', wake)
    while (!kill.aborted) {
      if (!stop.aborted) this.#lookAhead()
      const snapshot = this.#pending[0]
      if (snapshot !== undefined && this.#batches.has(snapshot, this.#key, this)) {
        if (!(await this.#handle(snapshot, stop, kill))) break
      } else if (stop.aborted) break
      else await this.#somethingToDo()
    }
    stop.removeEventListener('abort', wake)
    await this.#settings.sink.close()
  }

  /** Has the next snapshots encoded while there is room for them. */
  #lookAhead(): void {
    const { window, ahead, encoding } = this.#settings
    let datapoints = 0
    let count = 0
    for (const snapshot of this.#pending) {
      const size = this.#held.get(snapshot) ?? this.#lastSize
      if (count > 0 && datapoints + size > window) return
      if (count >= ahead && (datapoints + size > fewDatapoints || size === 0)) return
      if (!this.#batches.has(snapshot, this.#key, this)) {
        this.#held.set(snapshot, this.#lastSize)
        void this.#batches.request(snapshot, this.#key, encoding, this).then((outcome) => {
          if ('batch' in outcome && this.#held.has(snapshot)) this.#held.set(snapshot, outcome.batch.datapoints)
        })
      }
      datapoints += size
      count++
    }
  }

  /** The next unit; false when stopped before it was delivered. */
  async #handle(snapshot: string, stop: AbortSignal, kill: AbortSignal): Promise<boolean> {
    const outcome = await this.#batches.request(snapshot, this.#key, this.#settings.encoding, this)
    if (!this.#pending.includes(snapshot)) return true
    if ('failure' in outcome) {
      this.#held.delete(snapshot)
      this.#batches.release(snapshot, this.#key, this)
      if (outcome.failure.outcome === 'unreadable') await wait(unreadablePause, stop)
      else this.drop(snapshot)
      return true
    }
    const unit = await this.#unit(outcome.batch)
    if (!(await this.#deliver(unit, stop, kill))) return false
    for (const batch of unit) {
      if (!this.#pending.includes(batch.snapshot)) continue
      this.drop(batch.snapshot)
      await this.#events.delivered(batch.snapshot, batch.datapoints)
    }
    return true
  }

  /** The first batch, and those right behind it that are in hand and fit. */
  async #unit(first: Batch): Promise<Batch[]> {
    const unit = [first]
    let datapoints = first.datapoints
    for (const snapshot of this.#pending.slice(this.#pending.indexOf(first.snapshot) + 1)) {
      if (datapoints >= this.#settings.together || !this.#batches.has(snapshot, this.#key, this)) break
      const outcome = await this.#batches.request(snapshot, this.#key, this.#settings.encoding, this)
      if ('failure' in outcome || datapoints + outcome.batch.datapoints > this.#settings.together) break
      datapoints += outcome.batch.datapoints
      unit.push(outcome.batch)
    }
    this.#lastSize = (unit.at(-1) as Batch).datapoints
    return unit
  }

  async #deliver(unit: readonly Batch[], stop: AbortSignal, kill: AbortSignal): Promise<boolean> {
    while (!kill.aborted) {
      try {
        await this.#settings.sink.send(unit, kill)
        this.#succeeded()
        return true
      } catch (error) {
        if (kill.aborted) return false
        const seconds = this.#backoff.failed()
        this.#report(error, seconds)
        if (stop.aborted) return false
        await wait(seconds, stop)
        if (stop.aborted) return false
      }
    }
    return false
  }

  #report(error: unknown, seconds: number): void {
    const facts = { dispatcher: this.name, reason: reasonOf(error), failures: this.#backoff.failures }
    if (this.#backoff.failures > 1) {
      this.#log.debug(facts, `${this.name}: failed again, next attempt in ${seconds.toFixed(1)} s`)
      return
    }
    this.#failingSince = performance.now()
    this.#log.warn(facts, `${this.name}: delivery failed, snapshots wait in the queue until it works: ${facts.reason}`)
  }

  #succeeded(): void {
    const { failures } = this.#backoff
    this.#backoff.succeeded()
    if (failures === 0) return
    const seconds = Math.round((performance.now() - this.#failingSince) / 100) / 10
    this.#log.info(
      { dispatcher: this.name, failures, seconds, waiting: this.#pending.length },
      `${this.name}: delivers again after ${failures} failed attempts in ${seconds} s`,
    )
  }

  #somethingToDo(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = () => undefined
        resolve()
      }
    })
  }
}

/** Regular expressions as text, so that two encodings can be told apart. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value
}
