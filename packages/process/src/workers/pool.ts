import { fileURLToPath } from 'node:url'
import { type Configuration, reasonOf } from '@haproxystats/core'
import { Piscina } from 'piscina'
import type { Work, WorkResult } from '../types/work.ts'
import type { WorkerSettings } from './worker.ts'

/** Seconds after which threads that a backlog needed are ended; one always stays, with what it knows of names. */
const idleTime = 30

/**
 * The worker threads. `atomics: 'disabled'` leaves a worker's event loop running between tasks: with piscina's default a
 * 10 ms timer ticked 0 times in 500 ms, so it could not be asked whether it is alive.
 */
export class WorkerPool {
  readonly #pool: Piscina<Work, WorkResult>

  constructor(settings: Configuration['process']) {
    const workerData: WorkerSettings = { settings }
    this.#pool = new Piscina<Work, WorkResult>({
      filename: fileURLToPath(new URL('./worker.js', import.meta.url)),
      minThreads: 1,
      maxThreads: settings.workers,
      idleTimeout: idleTime * 1000,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
      recordTiming: false,
      workerData,
    })
  }

  /**
   * Has one snapshot processed. A worker that fails at it, by throwing or by dying, is given it once more; then the
   * snapshot counts as invalid, so that it cannot bring down one worker after the other.
   */
  async run(work: Work): Promise<WorkResult> {
    try {
      return await this.#pool.run(work)
    } catch {
      return await this.#pool.run(work).catch((error: unknown) => ({
        outcome: 'invalid',
        reason: `workers failed at it twice: ${reasonOf(error)}`,
      }))
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}
