import type { RetryPolicy } from '../types/output.ts'

/**
 * The number of pauses that are as long as `delay`, two minutes at the default of 10 s. A destination that comes and goes takes
 * about one attempt in four; with pauses that grow at once it took one a minute, which is less than is pulled.
 */
const steadyPauses = 12

/** The longest pause, in multiples of `delay`: at the default of 10 s about 70 attempts in the first hour, then 60. */
const longestPause = 6

/** A wait is up to this fraction longer or shorter, so that many load balancers do not retry at the same instant. */
const jitter = 0.2

/**
 * How long to wait before a failed attempt is repeated: `interval`, growing by `backoff`, for `retries` repetitions; then
 * pauses of `delay`, which after a while double up to six times `delay`, one attempt after each. Only a delivery starts it over.
 */
export class Backoff {
  readonly #policy: RetryPolicy
  readonly #random: () => number
  #failures = 0

  constructor(policy: RetryPolicy, random: () => number = Math.random) {
    this.#policy = policy
    this.#random = random
  }

  /** Attempts that have failed since the last success. */
  get failures(): number {
    return this.#failures
  }

  /** Counts a failure; the seconds to wait now. */
  failed(): number {
    this.#failures++
    return this.#seconds() * (1 - jitter + 2 * jitter * this.#random())
  }

  succeeded(): void {
    this.#failures = 0
  }

  #seconds(): number {
    const { retries, interval, backoff, delay } = this.#policy
    const growing = interval * backoff ** (this.#failures - 1)
    if (retries < 0) return Math.min(growing, Math.max(delay, interval))
    if (this.#failures <= retries) return Math.min(growing, Math.max(longestPause * delay, interval))
    return Math.min(delay * 2 ** Math.max(0, this.#failures - retries - steadyPauses), longestPause * delay)
  }
}
