/** So many failures of workers that were made for a snapshot alone, and it may be to blame. */
const mostFailures = 3

/** The longest that a worker may take for a suspect, in multiples of `worker-timeout`. */
const mostTime = 8

/** More than ever are: those that left the queue meanwhile are forgotten one by one. */
const mostSuspects = 1000

interface Suspect {
  /** How many workers failed at it that were made for it alone. */
  failures: number
  /** Whether a new worker processed another snapshot since the first of them failed. */
  witnessed: boolean
}

/**
 * Snapshots at which a worker failed. That alone tells nothing of a snapshot: the machine may be slow, short of memory, or in the
 * middle of an upgrade. A snapshot is to blame only when one new worker after the other fails at it, each with more time than
 * the one before, and in between a new worker has processed another snapshot in the usual time.
 */
export class Suspects {
  readonly #suspects = new Map<string, Suspect>()

  has(snapshot: string): boolean {
    return this.#suspects.has(snapshot)
  }

  add(snapshot: string): void {
    const [oldest] = this.#suspects.keys()
    if (oldest !== undefined && this.#suspects.size >= mostSuspects) this.#suspects.delete(oldest)
    this.#suspects.set(snapshot, { failures: 0, witnessed: false })
  }

  clear(snapshot: string): void {
    this.#suspects.delete(snapshot)
  }

  /** What the next worker may take for it, in multiples of `worker-timeout`. */
  timeFor(snapshot: string): number {
    return Math.min(2 ** (this.#failuresOf(snapshot) + 1), mostTime)
  }

  /** Whether another snapshot should be given to a new worker, to see whether that one fails, too. */
  get witnessWanted(): boolean {
    return [...this.#suspects.values()].some(({ failures, witnessed }) => failures > 0 && !witnessed)
  }

  /** A new worker processed a snapshot that is no suspect. */
  witness(): void {
    for (const suspect of this.#suspects.values()) if (suspect.failures > 0) suspect.witnessed = true
  }

  /** A worker that was made for it alone failed. `guilty` when nothing but the snapshot can be to blame. */
  failed(snapshot: string): { readonly failures: number; readonly guilty: boolean } {
    const suspect = this.#suspects.get(snapshot) ?? { failures: 0, witnessed: false }
    this.#suspects.set(snapshot, suspect)
    suspect.failures++
    return { failures: suspect.failures, guilty: suspect.witnessed && suspect.failures >= mostFailures }
  }

  #failuresOf(snapshot: string): number {
    return this.#suspects.get(snapshot)?.failures ?? 0
  }
}
