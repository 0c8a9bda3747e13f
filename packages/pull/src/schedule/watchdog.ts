import type { Clock } from './tick.ts'

/** A pull may take this long, in seconds, even when the interval is shorter: a slow disk may need it. */
const shortestLimit = 10

/**
 * Whether pulling makes progress, for the watchdog of systemd. The clock is read every second except during a pull, so a
 * last reading older than the interval means that a pull has not ended in time. Waiting for a clock that was set back is
 * progress, too.
 */
export class Watchdog {
  readonly #clock: Clock
  readonly #limit: number
  #last: number

  /** `interval` in seconds. */
  constructor(interval: number, clock: Clock) {
    this.#clock = clock
    this.#limit = Math.max(interval, shortestLimit) * 1000
    this.#last = clock().monotonic
  }

  progress(): void {
    this.#last = this.#clock().monotonic
  }

  get alive(): boolean {
    return this.#clock().monotonic - this.#last <= this.#limit
  }
}
