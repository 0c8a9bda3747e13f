import type { Configuration } from '@haproxystats/core'
import { KeptHistory } from '../trend/kept-history.ts'
import { MemoryHistory } from '../trend/memory-history.ts'
import type { Facts } from '../types/facts.ts'
import type { View } from './view.ts'
import { ViewBuilder } from './view-builder.ts'

export interface NewestSettings {
  readonly process: Configuration['process']
  /** Seconds between snapshots. */
  readonly interval: number
  /** Where the history is kept over restarts, and how many bytes of it in memory. */
  readonly historyPath: string
  readonly memory: number
  readonly tell: (severity: 'info' | 'warn' | 'error', message: string) => void
}

/** What is known now, and what was: kept by the thread of [http] as snapshots come in. */
export class Newest {
  readonly facts: Facts & { view: View | undefined; status: Facts['status'] }
  readonly #builder: ViewBuilder
  readonly #history: MemoryHistory
  readonly #kept: KeptHistory

  constructor({ process, interval, historyPath, memory, tell }: NewestSettings) {
    this.#builder = new ViewBuilder(process)
    this.#history = new MemoryHistory({ bound: memory })
    this.#kept = new KeptHistory(this.#history, { path: historyPath, tell })
    this.facts = { view: undefined, history: this.#history, status: {}, interval, now: () => Date.now() / 1000 }
  }

  /**
   * Reads a snapshot's directory. Snapshots may come late: an older one only fills the history.
   *
   * @throws what `ViewBuilder.build` throws.
   */
  read(path: string, snapshot: number): void {
    const view = this.#builder.build(path, snapshot)
    this.#history.add(view)
    // The newest of the history is older than that of the view when the clock was ahead.
    const isNewest = snapshot >= (this.facts.view?.snapshot ?? 0) || snapshot === this.#history.newest
    if (isNewest) this.facts.view = view
  }

  async close(): Promise<void> {
    await this.#kept.close()
  }
}
