import type { Clock } from './tick.ts'

/** A pull may take this long, in seconds, even where the interval is shorter: a disk may need it. */
const shortestLimit = 10

/**
 * Whether pulling goes on. The clock is looked at every second except while a slot is pulled, so a look that is older than
 * the interval means that a pull has not ended in time. A clock that was set back is looked at as well: waiting it out is
 * no standstill.
 */
export class Liveness {
  readonly #clock: Clock
  readonly #limit: number
  #last: number

  /** `interval` in seconds. */
  constructor(interval: number, clock: Clock) {
    this.#clock = clock
    this.#limit = Math.max(interval, shortestLimit) * 1000
    this.#last = clock().monotonic
  }

  goesOn(): void {
    this.#last = this.#clock().monotonic
  }

  get alive(): boolean {
    return this.#clock().monotonic - this.#last <= this.#limit
  }
}
