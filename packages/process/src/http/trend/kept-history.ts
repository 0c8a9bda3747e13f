import { type Conditions, createConditions, reasonOf, textLog } from '@haproxystats/core'
import { readHistory, writeHistory } from './history-file.ts'
import type { MemoryHistory } from './memory-history.ts'

export interface KeptHistorySettings {
  /** The file. */
  readonly path: string
  readonly log: (severity: 'info' | 'warn' | 'error', message: string) => void
  /** Seconds; for tests. */
  readonly interval?: number
}

/** Seconds between two writings; more for a large one, so that the disk has less to do than with snapshots. */
const usualInterval = 300
const bytesPerSecond = 100_000

/** Keeps a history over restarts. It is no part of the work: what goes wrong with its file is told and stops nothing. */
export class KeptHistory {
  readonly #history: MemoryHistory
  readonly #settings: KeptHistorySettings
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  /** The newest snapshot in the file. */
  #kept = 0
  readonly #conditions: Conditions

  /** Takes up what an earlier run has left. */
  constructor(history: MemoryHistory, settings: KeptHistorySettings) {
    this.#history = history
    this.#settings = settings
    this.#conditions = createConditions(textLog(settings.log))
    this.#read()
    this.#later()
  }

  /** Writes what is not kept yet. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#writing
    await this.#write()
  }

  #read(): void {
    const { path, log } = this.#settings
    const found = readHistory(path)
    if (found === undefined) return
    if ('trouble' in found) {
      log('warn', `${path} cannot be used, starting a new history: ${found.trouble}`)
      return
    }
    this.#history.restore(found)
    this.#kept = this.#history.newest
  }

  #later(): void {
    const { interval = usualInterval } = this.#settings
    const seconds = Math.max(interval, this.#history.bytes / bytesPerSecond)
    this.#timer = setTimeout(() => {
      this.#writing = this.#write().then(() => {
        this.#writing = undefined
        if (this.#timer !== undefined) this.#later()
      })
    }, seconds * 1000)
    this.#timer.unref()
  }

  async #write(): Promise<void> {
    const { path } = this.#settings
    const { newest, bands } = this.#history
    if (newest === this.#kept) return
    try {
      await writeHistory(path, Object.values(bands))
      this.#kept = newest
      this.#conditions.end(path, `${path} is written again`)
    } catch (error) {
      const text = `cannot write ${path}, a restart would lose the history since it was written last: ${reasonOf(error)}`
      this.#conditions.begin(path, { level: 'warn', kind: (error as NodeJS.ErrnoException).code ?? '', text })
    }
  }
}
