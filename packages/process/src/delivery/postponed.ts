/** How long a snapshot rests after so many failures, in seconds: a second, then twice as long each time, up to this. */
const longestPause = 30

/**
 * Snapshots of a lane that cannot be processed now. Each rests for a while and is tried again beside the others, which go on
 * meanwhile; one at a time, so that many that have become good again do not all wait in memory. Those that failed least come
 * first: the trouble of the others is most likely their own.
 */
export class Postponed {
  readonly #retry: (snapshot: string) => void
  readonly #failures = new Map<string, number>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #due = new Set<string>()
  /** The one that is tried, or that has become good and is still to be delivered. */
  #tried: string | undefined
  #ready = false
  #closed = false

  /** `retry` has a snapshot tried again; then one of `rest`, `isReady` and `forget` is called. */
  constructor(retry: (snapshot: string) => void) {
    this.#retry = retry
  }

  /** Whether a snapshot is out of the way of the others. */
  has(snapshot: string): boolean {
    return this.#failures.has(snapshot) && !(this.#ready && this.#tried === snapshot)
  }

  /** It cannot be processed now. */
  rest(snapshot: string): void {
    const failures = (this.#failures.get(snapshot) ?? 0) + 1
    this.#failures.set(snapshot, failures)
    const pause = Math.min(2 ** (failures - 1), longestPause)
    const timer = setTimeout(() => {
      this.#timers.delete(snapshot)
      this.#due.add(snapshot)
      this.#next()
    }, pause * 1000)
    timer.unref()
    this.#timers.set(snapshot, timer)
    this.#isNotTried(snapshot)
  }

  /** It has been processed: it is delivered in its turn. */
  isReady(snapshot: string): void {
    if (this.#tried === snapshot) this.#ready = true
  }

  /** It is delivered, or no longer to be. */
  forget(snapshot: string): void {
    if (!this.#failures.delete(snapshot)) return
    clearTimeout(this.#timers.get(snapshot))
    this.#timers.delete(snapshot)
    this.#due.delete(snapshot)
    this.#isNotTried(snapshot)
  }

  /** Nothing is tried again. */
  close(): void {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  #isNotTried(snapshot: string): void {
    if (this.#tried !== snapshot) return
    this.#tried = undefined
    this.#ready = false
    this.#next()
  }

  #next(): void {
    if (this.#closed || this.#tried !== undefined) return
    const failures = (snapshot: string) => this.#failures.get(snapshot) ?? 0
    const [next] = [...this.#due].sort((one, other) => failures(one) - failures(other) || Number(one) - Number(other))
    if (next === undefined) return
    this.#due.delete(next)
    this.#tried = next
    this.#retry(next)
  }
}
