/** How long a snapshot waits at most before it is tried again, in seconds: a second at first, twice as long each time. */
const longestPause = 30

interface Entry {
  readonly failures: number
  state: 'waiting' | 'due' | 'trying' | 'ready'
  timer?: NodeJS.Timeout
}

/**
 * Snapshots of an output that cannot be processed now. Each is tried again after a pause while the others are delivered; one
 * at a time, so that many that have become good do not all wait in memory. Those with the fewest failures come first: the
 * trouble of the others is most likely their own.
 */
export class Postponed {
  readonly #retry: (snapshot: string) => void
  readonly #entries = new Map<string, Entry>()
  #closed = false

  /** `retry` has a snapshot processed again; then one of `add`, `setReady` and `delete` is called. */
  constructor(retry: (snapshot: string) => void) {
    this.#retry = retry
  }

  /** Whether a snapshot is out of the way of the others. */
  has(snapshot: string): boolean {
    const entry = this.#entries.get(snapshot)
    return entry !== undefined && entry.state !== 'ready'
  }

  /** A snapshot could not be processed, for the first time or again. */
  add(snapshot: string): void {
    const entry: Entry = { failures: (this.#entries.get(snapshot)?.failures ?? 0) + 1, state: 'waiting' }
    const pause = Math.min(2 ** (entry.failures - 1), longestPause)
    entry.timer = setTimeout(() => {
      entry.state = 'due'
      this.#next()
    }, pause * 1000)
    entry.timer.unref()
    this.#entries.set(snapshot, entry)
    this.#next()
  }

  /** It was processed: it is delivered in its turn. */
  setReady(snapshot: string): void {
    const entry = this.#entries.get(snapshot)
    if (entry?.state === 'trying') entry.state = 'ready'
  }

  /** It was delivered, or is no longer to be. */
  delete(snapshot: string): void {
    clearTimeout(this.#entries.get(snapshot)?.timer)
    if (this.#entries.delete(snapshot)) this.#next()
  }

  /** Nothing is tried again. */
  close(): void {
    this.#closed = true
    for (const { timer } of this.#entries.values()) clearTimeout(timer)
  }

  #next(): void {
    const entries = [...this.#entries]
    if (this.#closed || entries.some(([, { state }]) => state === 'trying' || state === 'ready')) return
    const due = entries.filter(([, { state }]) => state === 'due')
    const [next] = due.sort(([one, a], [other, b]) => a.failures - b.failures || Number(one) - Number(other))
    if (next === undefined) return
    const [snapshot, entry] = next
    entry.state = 'trying'
    this.#retry(snapshot)
  }
}
