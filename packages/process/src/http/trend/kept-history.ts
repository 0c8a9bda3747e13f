import { reasonOf } from '@haproxystats/core'
import { readHistory, writeHistory } from './history-file.ts'
import type { MemoryHistory } from './memory-history.ts'

export interface KeptHistorySettings {
  /** The file. */
  readonly path: string
  readonly tell: (severity: 'info' | 'warn' | 'error', message: string) => void
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
  #trouble: string | undefined

  /** Takes up what an earlier run has left. */
  constructor(history: MemoryHistory, settings: KeptHistorySettings) {
    this.#history = history
    this.#settings = settings
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
    const { path, tell } = this.#settings
    const found = readHistory(path)
    if (found === undefined) return
    if ('trouble' in found) {
      tell('warn', `${path} cannot be used, the history begins anew: ${found.trouble}`)
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
    const { path, tell } = this.#settings
    const { newest, bands } = this.#history
    if (newest === this.#kept) return
    try {
      await writeHistory(path, Object.values(bands))
      this.#kept = newest
      if (this.#trouble !== undefined) tell('info', `${path} is written again`)
      this.#trouble = undefined
    } catch (error) {
      const trouble = (error as NodeJS.ErrnoException).code ?? ''
      const text = `cannot write ${path}, a restart would lose the history since it was written last: ${reasonOf(error)}`
      if (this.#trouble !== trouble) tell('warn', text)
      this.#trouble = trouble
    }
  }
}
