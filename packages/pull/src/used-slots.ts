/** How many runs of slots are told apart; beyond that the oldest are joined, which can only make more of them used. */
const mostRuns = 64

interface Run {
  readonly from: number
  to: number
}

/** Which slots were ever given out, as runs of neighbours, so that no slot is given out twice whatever the clock does. */
export class UsedSlots {
  /** In ascending order, without overlap. */
  readonly #runs: Run[] = []
  readonly #interval: number

  constructor(interval: number) {
    this.#interval = interval
  }

  has(slot: number): boolean {
    return this.#runs.some(({ from, to }) => from <= slot && slot <= to)
  }

  add(slot: number): void {
    const neighbour = this.#runs.find(({ to }) => to === slot - this.#interval)
    if (neighbour) neighbour.to = slot
    else this.#insert(slot)
  }

  #insert(slot: number): void {
    const after = this.#runs.findIndex(({ from }) => from > slot)
    this.#runs.splice(after === -1 ? this.#runs.length : after, 0, { from: slot, to: slot })
    const [oldest, second] = this.#runs
    if (this.#runs.length > mostRuns) this.#runs.splice(0, 2, { from: oldest!.from, to: second!.to })
  }
}
