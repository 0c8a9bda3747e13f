import type { Backlog } from '../types/output.ts'

/** How long more snapshots than the limit may wait, in seconds: see `Pending.tolerate`. */
const tolerance = 60

/** The snapshots that wait for one output, oldest first, and which of them to drop when there are too many. */
export class Pending {
  readonly #backlog: Backlog
  readonly #snapshots: string[] = []
  /** What is being sent, which cannot be dropped. */
  #sending: readonly string[] = []
  #tolerantUntil = 0

  constructor(backlog: Backlog) {
    this.#backlog = backlog
  }

  get snapshots(): readonly string[] {
    return this.#snapshots
  }

  get size(): number {
    return this.#snapshots.length
  }

  has(snapshot: string): boolean {
    return this.#snapshots.includes(snapshot)
  }

  /** In its place by age. */
  add(snapshot: string): void {
    let index = this.#snapshots.length
    while (index > 0 && Number(this.#snapshots[index - 1]) > Number(snapshot)) index--
    this.#snapshots.splice(index, 0, snapshot)
  }

  delete(snapshot: string): void {
    const index = this.#snapshots.indexOf(snapshot)
    if (index >= 0) this.#snapshots.splice(index, 1)
  }

  setSending(snapshots: readonly string[]): void {
    this.#sending = snapshots
  }

  /**
   * Many snapshots wait because the program did not run, not because the destination is slow: for a minute none is dropped, as
   * long as deliveries succeed.
   */
  tolerate(): void {
    this.#tolerantUntil = performance.now() + tolerance * 1000
  }

  endTolerance(): void {
    this.#tolerantUntil = 0
  }

  /** The snapshot to drop because more wait than the backlog allows. */
  findExcess(): string | undefined {
    if (this.size > this.#backlog.most) return this.findExpendable()
    this.endTolerance()
    return undefined
  }

  /** The snapshot to drop if one must be dropped; none while all are being sent, or more are tolerated. */
  findExpendable(): string | undefined {
    if (performance.now() < this.#tolerantUntil) return undefined
    const isFree = (snapshot: string) => !this.#sending.includes(snapshot)
    return this.#backlog.full === 'drop-oldest' ? this.#snapshots.find(isFree) : this.#snapshots.findLast(isFree)
  }
}
