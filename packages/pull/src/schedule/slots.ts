/** Of more runs the oldest are joined, which can only make more slots used. */
const mostRuns = 64

interface Run {
  readonly from: number
  to: number
}

/** The first and the last slot of a run of used slots. A slot is the second at which an interval starts, since the epoch. */
export type SlotRun = readonly [from: number, to: number]

/** The slots that were ever used, as runs of neighbours, so that no slot is used twice whatever the clock does. */
export class UsedSlots {
  /** In ascending order, without overlap. */
  readonly #runs: Run[] = []
  readonly #interval: number

  /** `earlier` are those of earlier runs of the program. */
  constructor(interval: number, earlier: readonly SlotRun[] = []) {
    this.#interval = interval
    for (const [from, to] of earlier) this.#insert(from, to)
  }

  /** In ascending order. */
  get runs(): SlotRun[] {
    return this.#runs.map(({ from, to }) => [from, to] as const)
  }

  /** The highest slot of all. */
  get newest(): number | undefined {
    return this.#runs.length === 0 ? undefined : Math.max(...this.#runs.map(({ to }) => to))
  }

  has(slot: number): boolean {
    return this.#runs.some(({ from, to }) => from <= slot && slot <= to)
  }

  add(slot: number): void {
    const neighbour = this.#runs.find(({ to }) => to === slot - this.#interval)
    if (neighbour) neighbour.to = slot
    else if (!this.has(slot)) this.#insert(slot, slot)
  }

  #insert(from: number, to: number): void {
    const after = this.#runs.findIndex((run) => run.from > from)
    this.#runs.splice(after === -1 ? this.#runs.length : after, 0, { from, to })
    const [oldest, second] = this.#runs
    if (this.#runs.length > mostRuns)
      this.#runs.splice(0, 2, { from: oldest!.from, to: Math.max(oldest!.to, second!.to) })
  }
}
