import { fileURLToPath } from 'node:url'
import { atMost, type Configuration, type Lane, type Logger, reasonOf, StatsError } from '@haproxystats/core'
import { Piscina } from 'piscina'
import type { Work, WorkResult } from '../types/work.ts'
import { forThreads } from './thread-options.ts'
import type { WorkerSettings } from './worker.ts'

/** Seconds after which threads that a backlog needed are ended; one always stays, with what it knows of names. */
const idleTime = 30

/**
 * What V8 may keep for new objects in a worker, in MB. Hardly any are made once names are known; with V8's own choice a
 * worker took 30 MB more for a large snapshot.
 */
const youngMemory = 6

/** Without work a worker only answers that it is alive. */
type Task = Work | undefined
type Result = WorkResult | 'alive'

const workerFile = fileURLToPath(new URL('./worker.js', import.meta.url))

/** What the status file tells of the pool. */
export interface PoolStatus {
  /** At most so many; fewer while there is nothing to catch up with. */
  readonly configured: number
  /** Those that are alive; `utilization` from 0 to 1 since they were started. */
  readonly threads: readonly { readonly id: number; readonly utilization: number }[]
  readonly waiting: number
  /** Workers that had to be replaced since the start. */
  readonly replaced: number
}

/**
 * The worker threads. `atomics: 'disabled'` leaves a worker's event loop running between tasks: with piscina's default a
 * 10 ms timer ticked 0 times in 500 ms, so it could not be asked whether it is alive.
 */
export class WorkerPool {
  readonly #settings: Configuration['process']
  readonly #log: Logger
  readonly #file: string
  /** Keeps tasks from waiting in piscina, where the time of a task would begin before its work. */
  readonly #inTurn: Lane
  #pool: Piscina<Task, Result>
  #waiting = 0
  #replaced = 0

  /** `file` is what the threads run; another one than our own only in tests. */
  constructor(settings: Configuration['process'], log: Logger, file = workerFile) {
    this.#settings = settings
    this.#log = log
    this.#file = file
    this.#inTurn = atMost(settings.workers)
    this.#pool = this.#create(settings.workers)
  }

  get status(): PoolStatus {
    const threads = this.#pool.threads.map(({ threadId, performance }) => {
      return { id: threadId, utilization: Math.round(performance.eventLoopUtilization().utilization * 1000) / 1000 }
    })
    return { configured: this.#settings.workers, threads, waiting: this.#waiting, replaced: this.#replaced }
  }

  /**
   * Has one snapshot processed. When a worker fails at it (throws, exits, runs out of memory, or takes longer than
   * `worker-timeout`), it is tried once more, in a worker made for it alone; then the snapshot counts as invalid, so that
   * it cannot bring down one worker after the other.
   */
  async run(work: Work): Promise<WorkResult> {
    this.#waiting++
    return this.#inTurn(() => {
      this.#waiting--
      return this.#runNow(work)
    })
  }

  async #runNow(work: Work): Promise<WorkResult> {
    try {
      return (await this.#attempt(this.#pool, work)) as WorkResult
    } catch (error) {
      this.#replaced++
      const { snapshot } = work
      this.#log.warn(
        { snapshot, reason: reasonOf(error) },
        `a worker failed at snapshot ${snapshot}: ${reasonOf(error)}`,
      )
      // Its spares may still be written to by the worker that failed.
      return this.#runAlone({ ...work, spares: [] })
    }
  }

  /**
   * Asks whether the workers are alive, and replaces them all if not.
   *
   * @throws WORKER when new ones are not alive either: the program cannot go on.
   */
  async check(): Promise<void> {
    try {
      await this.#inTurn(() => this.#attempt(this.#pool, undefined))
      return
    } catch (error) {
      this.#replaced++
      this.#log.error({ reason: reasonOf(error) }, `the workers do not answer, they are replaced: ${reasonOf(error)}`)
    }
    const old = this.#pool
    this.#pool = this.#create(this.#settings.workers)
    void old.destroy()
    try {
      await this.#attempt(this.#pool, undefined)
    } catch (error) {
      throw new StatsError('WORKER', `no worker can be started: ${reasonOf(error)}`, {}, error)
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #runAlone(work: Work): Promise<WorkResult> {
    const pool = this.#create(1)
    try {
      return (await this.#attempt(pool, work)) as WorkResult
    } catch (error) {
      return { outcome: 'invalid', reason: `workers failed at it twice: ${reasonOf(error)}` }
    } finally {
      void pool.destroy()
    }
  }

  /** Aborting a task that runs ends its thread; piscina makes a new one when it is needed. */
  async #attempt(pool: Piscina<Task, Result>, task: Task): Promise<Result> {
    const timeout = this.#settings['worker-timeout']
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), timeout * 1000)
    try {
      return await pool.run(task, { signal: controller.signal })
    } catch (error) {
      if (!controller.signal.aborted) throw error
      throw new StatsError('WORKER', `it took longer than worker-timeout, ${timeout} s`, {}, error)
    } finally {
      clearTimeout(timer)
    }
  }

  #create(threads: number): Piscina<Task, Result> {
    const workerData: WorkerSettings = { settings: this.#settings }
    const pool = new Piscina<Task, Result>({
      filename: this.#file,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: idleTime * 1000,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
      // Loading by require(), which piscina tries first, aborts all of Node 20 when the thread is ended meanwhile.
      execArgv: [...forThreads(process.execArgv), '--no-experimental-require-module'],
      recordTiming: false,
      resourceLimits: {
        maxOldGenerationSizeMb: this.#settings['worker-memory'],
        maxYoungGenerationSizeMb: youngMemory,
      },
      workerData,
    })
    // Errors of workers reach us with their task; without a listener those of an idle worker would end the program.
    pool.on('error', (error) => this.#log.warn({ reason: reasonOf(error) }, `a worker ended: ${reasonOf(error)}`))
    return pool
  }
}
