import type { Configuration } from '@haproxystats/core'
import type { History } from './history/history.ts'
import type { Facts } from './routes/route.ts'
import type { View } from './view/view.ts'
import { ViewBuilder } from './view/view-builder.ts'

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

  constructor({ process, interval }: NewestSettings) {
    this.#builder = new ViewBuilder(process)
    const history: History = { add: () => undefined, read: () => ({ begin: 0, step: interval, series: [] }) }
    this.facts = { view: undefined, history, status: {}, interval, now: () => Date.now() / 1000 }
  }

  /**
   * Reads a snapshot's directory. Snapshots may come late: an older one only fills the history.
   *
   * @throws what `ViewBuilder.build` throws.
   */
  read(path: string, snapshot: number): void {
    const view = this.#builder.build(path, snapshot)
    this.facts.history.add(view)
    if (snapshot >= (this.facts.view?.snapshot ?? 0)) this.facts.view = view
  }

  async close(): Promise<void> {
    // Nothing is kept yet.
  }
}
