/** What came of everything since the last look. */
export interface RoutineSummary {
  readonly times: number
  /** Of whatever is counted beside: bytes, say. */
  readonly amount: number
  /** The longest that one took, in seconds. */
  readonly slowest: number
  /** `in the last 61 s`; empty at the first time. */
  readonly span: string
}

/** So long is summed up, in seconds. */
const period = 60

/**
 * Sums up what happens over and over and well, so that a log need not have a line for each. The first time comes by
 * itself, at once: somebody who has started a program waits for it.
 */
export class Routine {
  #begun: number | undefined
  #times = 0
  #amount = 0
  #slowest = 0

  /** Counts one, and returns the summary when it is time for one. */
  add(amount: number, seconds: number, now = performance.now() / 1000): RoutineSummary | undefined {
    this.#times++
    this.#amount += amount
    this.#slowest = Math.max(this.#slowest, seconds)
    const passed = this.#begun === undefined ? undefined : now - this.#begun
    if (passed !== undefined && passed < period) return undefined
    const span = passed === undefined ? '' : ` in the last ${Math.round(passed)} s`
    const summary = { times: this.#times, amount: this.#amount, slowest: this.#slowest, span }
    this.#begun = now
    this.#times = this.#amount = this.#slowest = 0
    return summary
  }
}
