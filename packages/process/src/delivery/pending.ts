import type { Backlog } from '../types/output.ts'

/** For so many seconds more than its limit may wait for a lane: see `Pending.tolerate`. */
const tolerance = 60

/** The snapshots that wait for one dispatcher, oldest first, and which of them are expendable when they are too many. */
export class Pending {
  readonly #backlog: Backlog
  readonly #snapshots: string[] = []
  #inHand: ReadonlySet<string> = new Set()
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

  /** The oldest. */
  get first(): string | undefined {
    return this.#snapshots[0]
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

  /** What is being sent is not expendable until `putDown`. */
  take(snapshots: readonly string[]): void {
    this.#inHand = new Set(snapshots)
  }

  putDown(): void {
    this.#inHand = new Set()
  }

  /**
   * Many snapshots wait because nobody took them while the program did not run, not because the destination does not: for a
   * minute none is expendable, as long as deliveries succeed.
   */
  tolerate(): void {
    this.#tolerantUntil = performance.now() + tolerance * 1000
  }

  endTolerance(): void {
    this.#tolerantUntil = 0
  }

  /** Whether more wait than may. */
  get isOverfull(): boolean {
    return this.#snapshots.length > this.#backlog.most
  }

  /** The one to lose if one must be lost; none when all are in hand, or while more are tolerated. */
  get expendable(): string | undefined {
    if (performance.now() < this.#tolerantUntil) return undefined
    const isFree = (snapshot: string) => !this.#inHand.has(snapshot)
    return this.#backlog.full === 'drop-oldest' ? this.#snapshots.find(isFree) : this.#snapshots.findLast(isFree)
  }
}
