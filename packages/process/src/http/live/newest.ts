import type { SharedAggregate } from '../../types/aggregate.ts'
import { KeptHistory } from '../trend/kept-history.ts'
import { MemoryHistory } from '../trend/memory-history.ts'
import type { Facts } from '../types/facts.ts'
import type { Sources } from './source-reader.ts'
import type { View } from './view.ts'
import { ViewReader } from './view-reader.ts'

export interface NewestSettings {
  /** Seconds between snapshots. */
  readonly interval: number
  /** Where the history is kept over restarts, and how many bytes of it in memory. */
  readonly historyPath: string
  readonly memory: number
  readonly sources: Sources
  readonly log: (severity: 'info' | 'warn' | 'error', message: string) => void
}

/** What is known now, and what was: kept by the thread of [http] as snapshots come in. */
export class Newest {
  readonly facts: Facts & { view: View | undefined; status: Facts['status'] }
  readonly #reader = new ViewReader()
  readonly #history: MemoryHistory
  readonly #kept: KeptHistory

  constructor({ interval, historyPath, memory, sources, log }: NewestSettings) {
    this.#history = new MemoryHistory({ bound: memory })
    this.#kept = new KeptHistory(this.#history, { path: historyPath, log })
    const now = () => Date.now() / 1000
    this.facts = { view: undefined, history: this.#history, status: {}, interval, now, sources }
  }

  /** Takes a snapshot. Snapshots may come late: an older one only fills the history. */
  take(aggregate: SharedAggregate): void {
    const { snapshot } = aggregate
    const view = this.#reader.read(aggregate)
    this.#history.add(view)
    // The newest of the history is older than that of the view when the clock was ahead.
    const isNewest = snapshot >= (this.facts.view?.snapshot ?? 0) || snapshot === this.#history.newest
    if (isNewest) this.facts.view = view
  }

  /** The snapshots whose memory is read. */
  get used(): number[] {
    const served = this.facts.view?.snapshot
    return [...this.#history.used, ...(served === undefined ? [] : [served])]
  }

  async close(): Promise<void> {
    await this.#kept.close()
  }
}
