import { fileURLToPath } from 'node:url'
import { atMost, type Configuration, type Limiter, type Logger, reasonOf, StatsError } from '@haproxystats/core'
import { ThreadPool } from '../threads/thread-pool.ts'
import type { Postponed, SourceResult, SourceWork, Trouble, Work, WorkResult } from '../types/work.ts'
import { ExcludeFiles } from './exclude-files.ts'
import { Suspects } from './suspects.ts'
import { forThreads } from './thread-options.ts'
import type { WorkerSettings } from './worker.ts'

/** Seconds after which threads that a backlog needed are ended. */
const idleTime = 30

/**
 * What V8 may keep for new objects in a worker, in MB. Hardly any are made once names are known; with V8's own choice a
 * worker took 30 MB more for a large snapshot.
 */
const youngMemory = 6

/** What a thread may take to start or to say that it is alive, in seconds, however short `worker-timeout` is. */
const leastPatience = 30

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

/** The worker threads: as many as there is work for, at most `workers`, and one more for a snapshot that a worker failed at. */
export class WorkerPool {
  readonly #settings: Configuration['process']
  readonly #log: Logger
  readonly #file: string
  readonly #excludeFiles: ExcludeFiles
  readonly #inTurn: Limiter
  /** Beside the others, so that a snapshot at which workers fail keeps no other one waiting. */
  readonly #apart: Limiter = atMost(1)
  readonly #workers: ThreadPool<Work, WorkResult>
  /** Workers that are made for one snapshot alone. */
  readonly #alone = new Set<ThreadPool<Work, WorkResult>>()
  readonly #suspects = new Suspects()
  #waiting = 0
  #replaced = 0
  #closed = false
  #directoryLeft = false

  /**
   * `file` is what the threads run; another one than our own only in tests.
   *
   * @throws CONFIGURATION when an exclude file cannot be read.
   */
  constructor(settings: Configuration['process'], log: Logger, file = workerFile) {
    this.#settings = settings
    this.#log = log
    this.#file = file
    this.#excludeFiles = new ExcludeFiles(settings, log)
    this.#inTurn = atMost(settings.workers)
    this.#workers = this.#threads(settings.workers)
  }

  get status(): PoolStatus {
    const threads = [this.#workers, ...this.#alone].flatMap((pool) =>
      pool.threads.map(({ threadId, performance }) => {
        return { id: threadId, utilization: Math.round(performance.eventLoopUtilization().utilization * 1000) / 1000 }
      }),
    )
    return { configured: this.#settings.workers, threads, waiting: this.#waiting, replaced: this.#replaced }
  }

  /**
   * Has one snapshot processed. When a worker fails at it (throws, exits, runs out of memory, or takes longer than
   * `worker-timeout`), the snapshot is postponed: whoever asks again has it tried in a worker made for it alone, with more
   * time. It counts as invalid when workers fail at it again and again where they do not fail at others.
   */
  run(asked: Work): Promise<WorkResult> {
    const work = { ...asked, excluded: this.#excludeFiles.current() }
    return this.#suspects.has(work.snapshot)
      ? this.#apart(() => this.#again(work))
      : this.#waitFor(() => this.#first(work))
  }

  /** Asks a worker that has nothing to do whether it is alive, and replaces it if not. There is one at least if it can be had. */
  async check(): Promise<void> {
    await this.#waitFor(async () => {
      try {
        await this.#withDirectory(() => this.#workers.check(this.#patience))
      } catch (error) {
        const reason = reasonOf(error)
        if (isWithoutThread(error)) return this.#log.debug({ reason }, reason)
        this.#replaced++
        this.#log.error({ reason }, `a worker does not answer, it is replaced: ${reason}`)
      }
    })
  }

  /** Has answers of single sources read, when it is their turn. */
  readSources(work: SourceWork): Promise<SourceResult> {
    const read = () => this.#workers.call<SourceWork, SourceResult>('sources', work, this.#settings['worker-timeout'])
    return this.#waitFor(() => this.#withDirectory(read))
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([this.#workers, ...this.#alone].map((pool) => pool.close()))
  }

  get #patience(): number {
    return Math.max(leastPatience, this.#settings['worker-timeout'])
  }

  async #waitFor<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting++
    return this.#inTurn(() => {
      this.#waiting--
      return task()
    })
  }

  async #first(work: Work): Promise<WorkResult> {
    const isWitness = this.#suspects.witnessWanted
    try {
      const result = await (isWitness ? this.#inNew(work, 1) : this.#attempt(this.#workers, work, 1))
      if (isWitness && result.outcome === 'encoded') this.#suspects.witness()
      return result
    } catch (error) {
      if (isWithoutThread(error)) return postponed('thread', reasonOf(error))
      this.#replaced++
      this.#suspects.add(work.snapshot)
      return postponed('worker', `a worker failed at it: ${reasonOf(error)}`)
    }
  }

  /** In a worker made for it alone. Its spares may still be written to by the worker that failed first. */
  async #again(work: Work): Promise<WorkResult> {
    const { snapshot } = work
    try {
      const result = await this.#inNew({ ...work, spares: [] }, this.#suspects.timeFor(snapshot))
      this.#suspects.clear(snapshot)
      return result
    } catch (error) {
      if (isWithoutThread(error)) return postponed('thread', reasonOf(error))
      this.#replaced++
      const { failures, guilty } = this.#suspects.failed(snapshot)
      const reason = `workers failed at it ${failures + 1} times, the last one made for it alone: ${reasonOf(error)}`
      if (!guilty || this.#closed) return postponed('worker', reason)
      this.#suspects.clear(snapshot)
      return { outcome: 'invalid', reason: `${reason}; a new worker did not fail at another snapshot meanwhile` }
    }
  }

  /** In a worker that has processed no snapshot before, and will process no other. */
  async #inNew(work: Work, times: number): Promise<WorkResult> {
    const threads = this.#threads(1)
    this.#alone.add(threads)
    try {
      if (this.#closed) await threads.close()
      return await this.#attempt(threads, work, times)
    } finally {
      this.#alone.delete(threads)
      void threads.close()
    }
  }

  async #attempt(threads: ThreadPool<Work, WorkResult>, work: Work, times: number): Promise<WorkResult> {
    const timeout = this.#settings['worker-timeout']
    try {
      return await this.#withDirectory(() => threads.run(work, times * timeout))
    } catch (error) {
      throw explained(error, { timeout, times, memory: this.#settings['worker-memory'] })
    }
  }

  #threads(most: number): ThreadPool<Work, WorkResult> {
    const workerData: WorkerSettings = { settings: this.#settings }
    return new ThreadPool({
      file: this.#file,
      most,
      // Checks come in between, so the thread that they ask stays, with what it knows of names.
      idleTime: Math.max(idleTime, 2 * this.#settings['liveness-check-interval']),
      startTime: this.#patience,
      execArgv: forThreads(process.execArgv),
      resourceLimits: {
        maxOldGenerationSizeMb: this.#settings['worker-memory'],
        maxYoungGenerationSizeMb: youngMemory,
      },
      workerData,
    })
  }

  /** The working directory may have been removed. It never comes back for us, and no thread starts without one. */
  async #withDirectory<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task()
    } catch (error) {
      if (!isWithoutThread(error) || !reasonOf(error.cause).includes('uv_cwd')) throw error
    }
    if (!this.#directoryLeft) this.#log.warn('the working directory was removed: going on in /')
    this.#directoryLeft = true
    process.chdir('/')
    return task()
  }
}

function isWithoutThread(error: unknown): error is StatsError {
  return error instanceof StatsError && error.code === 'NO_THREAD'
}

function postponed(trouble: Trouble, reason: string): Postponed {
  return { outcome: 'postponed', trouble, reason }
}

/** What made a worker fail, with the option that says how much it may take. */
function explained(error: unknown, given: { timeout: number; times: number; memory: number }): unknown {
  const { timeout, times, memory } = given
  if (isWithoutThread(error)) return error
  if (error instanceof StatsError) {
    const multiple = times === 1 ? 'worker-timeout' : `${times} times worker-timeout`
    return new StatsError('WORKER', `it took longer than ${times * timeout} s, ${multiple}`, {}, error)
  }
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error
  return new StatsError('WORKER', `it needs more memory than worker-memory, ${memory} MiB`, {}, error)
}
