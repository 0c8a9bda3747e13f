import type { Batch } from '../types/output.ts'

/**
 * What a destination took in the last seconds, to be sent again when it dies: a relay may have held it in memory. Bounded by
 * time and by datapoints. `now` is in milliseconds, of a clock that never steps.
 */
export class ReplayBuffer {
  readonly #seconds: number
  readonly #datapoints: number
  #taken: { readonly batch: Batch; readonly at: number }[] = []
  #due: readonly Batch[] = []

  /** With 0 `seconds` it stays empty. */
  constructor(seconds: number, datapoints: number) {
    this.#seconds = seconds
    this.#datapoints = datapoints
  }

  /** What must be sent again before anything else, oldest first. */
  get due(): readonly Batch[] {
    return this.#due
  }

  /** The destination died. */
  peerDied(now: number): void {
    this.#forget(now)
    if (this.#taken.length > this.#due.length) this.#due = this.#taken.map(({ batch }) => batch)
  }

  /** The destination took what was due and these batches. */
  add(batches: readonly Batch[], now: number): void {
    const sent = [...this.#due, ...batches]
    this.#due = []
    if (this.#seconds === 0) return
    const names = new Set(sent.map(({ snapshot }) => snapshot))
    const others = this.#taken.filter(({ batch }) => !names.has(batch.snapshot))
    this.#taken = [...others, ...sent.map((batch) => ({ batch, at: now }))]
    this.#forget(now)
  }

  #forget(now: number): void {
    const oldest = now - this.#seconds * 1000
    this.#taken = this.#taken.filter(({ at }) => at >= oldest)
    let sum = this.#taken.reduce((total, { batch }) => total + batch.datapoints, 0)
    while (sum > this.#datapoints) sum -= this.#taken.shift()?.batch.datapoints ?? sum
  }
}
