import { type Logger, reasonOf, wait } from '@haproxystats/core'
import type { Batch, QueueSettings, Sink } from '../types/output.ts'
import { Backoff } from './backoff.ts'
import type { Pending } from './pending.ts'
import { ReplayBuffer } from './replay-buffer.ts'

export interface SenderSettings extends QueueSettings {
  /** The output's name; also the name of its marks in the queue. */
  readonly name: string
  readonly sink: Sink
}

/** Sends batches to one destination, again and again until it has them; and again what it took shortly before it died. */
export class Sender {
  readonly #settings: SenderSettings
  readonly #pending: Pending
  readonly #log: Logger
  readonly #backoff: Backoff
  readonly #replay: ReplayBuffer
  #retries = 0
  #replayed = 0
  #deaths = 0
  #reason: string | undefined
  #failingSince = 0

  constructor(settings: SenderSettings, pending: Pending, log: Logger) {
    this.#settings = settings
    this.#pending = pending
    this.#log = log
    this.#backoff = new Backoff(settings.retry)
    this.#replay = new ReplayBuffer(settings.replay, settings.prefetchDatapoints)
  }

  /** Attempts that failed, and snapshots that were sent again, since the start; why the last attempt failed. */
  get status() {
    const isFailing = this.#backoff.failures > 0
    return { isFailing, retries: this.#retries, replayed: this.#replayed, reason: this.#reason }
  }

  /** Resolves with what was sent: all but what was dropped between two attempts. `undefined` when stopped before. */
  async send(batches: readonly Batch[], stop: AbortSignal, kill: AbortSignal): Promise<readonly Batch[] | undefined> {
    const { sink } = this.#settings
    while (!kill.aborted) {
      if ((sink.deaths ?? 0) > this.#deaths) this.#peerDied()
      const wanted = batches.filter(({ snapshot }) => this.#pending.has(snapshot))
      if (wanted.length === 0) return []
      this.#pending.setSending(wanted.map(({ snapshot }) => snapshot))
      try {
        await sink.send([...this.#replay.due, ...wanted], kill)
        this.#succeeded(wanted)
        return wanted
      } catch (error) {
        if (kill.aborted) return undefined
        this.#pending.setSending([])
        const seconds = this.#failed(error)
        if (!stop.aborted) await wait(seconds, stop)
        if (stop.aborted) return undefined
      }
    }
    return undefined
  }

  #peerDied(): void {
    this.#deaths = this.#settings.sink.deaths ?? 0
    this.#replay.peerDied(performance.now())
  }

  /** Seconds until the next attempt. */
  #failed(error: unknown): number {
    const { name } = this.#settings
    const seconds = this.#backoff.failed()
    this.#retries++
    this.#pending.endTolerance()
    this.#reason = reasonOf(error)
    const facts = { dispatcher: name, reason: this.#reason, failures: this.#backoff.failures }
    if (this.#backoff.failures > 1) {
      this.#log.debug(facts, `${name}: retry failed, next retry in ${seconds.toFixed(1)} s`)
      return seconds
    }
    this.#peerDied()
    this.#failingSince = performance.now()
    const text = `${name}: delivery failed, snapshots wait in the queue until it works: ${facts.reason}`
    this.#log.warn(facts, text)
    return seconds
  }

  #succeeded(batches: readonly Batch[]): void {
    const { name } = this.#settings
    const replayed = this.#replay.due.length
    this.#replay.add(batches, performance.now())
    this.#replayed += replayed
    this.#reason = undefined
    if (replayed > 0) {
      const text = `${name}: replayed ${replayed} snapshots that it had taken shortly before it died`
      this.#log.info({ dispatcher: name, snapshots: replayed }, text)
    }
    const { failures } = this.#backoff
    this.#backoff.succeeded()
    if (failures === 0) return
    const seconds = Math.round((performance.now() - this.#failingSince) / 100) / 10
    this.#log.info(
      { dispatcher: name, failures, seconds, waiting: this.#pending.size },
      `${name}: delivers again after ${failures} failed attempts in ${seconds} s`,
    )
  }
}
