import type { Batch } from '../types/output.ts'

interface Delivered {
  readonly batch: Batch
  /** Milliseconds of a clock that only runs. */
  at: number
}

/**
 * What a destination has taken in the last seconds, to be sent again when it dies: a relay may have held it in memory.
 * Bounded by time and by datapoints.
 */
export class ReplayBuffer {
  readonly #seconds: number
  readonly #datapoints: number
  #delivered: Delivered[] = []

  /** With 0 `seconds` nothing is kept. */
  constructor(seconds: number, datapoints: number) {
    this.#seconds = seconds
    this.#datapoints = datapoints
  }

  add(batches: readonly Batch[], now: number): void {
    if (this.#seconds === 0) return
    const names = new Set(batches.map(({ snapshot }) => snapshot))
    this.#delivered = this.#delivered.filter(({ batch }) => !names.has(batch.snapshot))
    this.#delivered.push(...batches.map((batch) => ({ batch, at: now })))
    this.#forget(now)
  }

  /** What was delivered within the time before `now`, oldest first. */
  since(now: number): Batch[] {
    this.#forget(now)
    return this.#delivered.map(({ batch }) => batch)
  }

  #forget(now: number): void {
    const oldest = now - this.#seconds * 1000
    this.#delivered = this.#delivered.filter(({ at }) => at >= oldest)
    let sum = this.#delivered.reduce((total, { batch }) => total + batch.datapoints, 0)
    while (sum > this.#datapoints && this.#delivered.length > 0) sum -= this.#delivered.shift()?.batch.datapoints ?? 0
  }
}
