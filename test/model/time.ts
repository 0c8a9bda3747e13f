/** `wake` is called once, when time has come to `due`. */
export interface Timer {
  readonly due: number
  readonly owner: object | undefined
  readonly wake: () => void
}

/** Time that passes only by `pass`: a monotonic clock, and a time of day that may be set. In milliseconds. */
export class Time {
  now = 0
  /** What the time of day is ahead of `now`. */
  offset = 1_700_000_000_500
  readonly #timers = new Set<Timer>()

  get wall(): number {
    return this.now + this.offset
  }

  /** Calls `wake` after so many milliseconds. */
  schedule(milliseconds: number, wake: () => void, owner?: object): Timer {
    const timer = { due: this.now + Math.max(1, milliseconds), owner, wake }
    this.#timers.add(timer)
    return timer
  }

  cancel(timer: Timer): void {
    this.#timers.delete(timer)
  }

  timersOf(owner: object): Timer[] {
    return [...this.#timers].filter((timer) => timer.owner === owner)
  }

  /** Ends all timers of an owner at once. */
  wake(owner: object): void {
    for (const timer of this.timersOf(owner)) {
      this.#timers.delete(timer)
      timer.wake()
    }
  }

  /** Lets time pass; after everything that falls due, `settle` is awaited. */
  async pass(milliseconds: number, settle: () => Promise<void>): Promise<void> {
    const end = this.now + milliseconds
    for (let fired = 0; fired < 10_000; fired++) {
      const next = this.#next()
      if (next === undefined || next.due > end) {
        this.now = end
        return
      }
      this.#timers.delete(next)
      this.now = Math.max(this.now, next.due)
      next.wake()
      await settle()
    }
    throw new Error(`timers are set again and again without an end: 10,000 in ${milliseconds} ms`)
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (next === undefined || timer.due < next.due) next = timer
    return next
  }
}
