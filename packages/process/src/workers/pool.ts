import { fileURLToPath } from 'node:url'
import type { WorkerOptions } from 'node:worker_threads'
import { atMost, type Configuration, type Lane, type Logger, reasonOf, StatsError } from '@haproxystats/core'
import type { Postponed, Trouble, Work, WorkResult } from '../types/work.ts'
import { ExcludeFiles } from './exclude-files.ts'
import { IdleThreads } from './idle-threads.ts'
import type { WorkerSettings } from './messages.ts'
import { Suspects } from './suspects.ts'
import { forThreads } from './thread-options.ts'
import { WorkerThread } from './worker-thread.ts'

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
  readonly #inTurn: Lane
  /** Beside the others, so that a snapshot at which workers fail keeps no other one waiting. */
  readonly #apart: Lane = atMost(1)
  readonly #threads = new Set<WorkerThread>()
  readonly #idle = new IdleThreads((thread) => void this.#end(thread))
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
  }

  get status(): PoolStatus {
    const threads = [...this.#threads].map(({ id, utilization }) => {
      return { id, utilization: Math.round(utilization * 1000) / 1000 }
    })
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
        const thread = await this.#take()
        await this.#ping(thread)
      } catch (error) {
        this.#log.debug({ reason: reasonOf(error) }, reasonOf(error))
      }
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#idle.close()
    await Promise.all([...this.#threads].map((thread) => this.#end(thread)))
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

  async #ping(thread: WorkerThread): Promise<void> {
    try {
      await thread.ping(this.#patience)
      this.#idle.add(thread)
    } catch (error) {
      this.#replaced++
      this.#log.error({ reason: reasonOf(error) }, `a worker does not answer, it is replaced: ${reasonOf(error)}`)
      await this.#end(thread)
    }
  }

  async #first(work: Work): Promise<WorkResult> {
    const wanted = this.#suspects.witnessWanted
    let thread: WorkerThread
    try {
      thread = wanted ? await this.#start() : await this.#take()
    } catch (error) {
      return postponed('thread', reasonOf(error))
    }
    const { fresh } = thread
    try {
      const result = await this.#attempt(thread, work, 1)
      this.#idle.add(thread)
      if (fresh && result.outcome === 'encoded') this.#suspects.witness()
      return result
    } catch (error) {
      this.#replaced++
      this.#suspects.add(work.snapshot)
      await this.#end(thread)
      return postponed('worker', `a worker failed at it: ${reasonOf(error)}`)
    }
  }

  /** In a worker made for it alone. Its spares may still be written to by the worker that failed first. */
  async #again(work: Work): Promise<WorkResult> {
    const { snapshot } = work
    let thread: WorkerThread
    try {
      thread = await this.#start()
    } catch (error) {
      return postponed('thread', reasonOf(error))
    }
    try {
      const result = await this.#attempt(thread, { ...work, spares: [] }, this.#suspects.timeFor(snapshot))
      this.#suspects.clear(snapshot)
      return result
    } catch (error) {
      this.#replaced++
      const { failures, guilty } = this.#suspects.failed(snapshot)
      const reason = `workers failed at it ${failures + 1} times, the last one made for it alone: ${reasonOf(error)}`
      if (!guilty || this.#closed) return postponed('worker', reason)
      this.#suspects.clear(snapshot)
      return { outcome: 'invalid', reason: `${reason}; a new worker did not fail at another snapshot meanwhile` }
    } finally {
      await this.#end(thread)
    }
  }

  async #attempt(thread: WorkerThread, work: Work, times: number): Promise<WorkResult> {
    const timeout = this.#settings['worker-timeout']
    try {
      return await thread.run(work, times * timeout)
    } catch (error) {
      throw explained(error, { timeout, times, memory: this.#settings['worker-memory'] })
    }
  }

  async #take(): Promise<WorkerThread> {
    for (let thread = this.#idle.take(); thread !== undefined; thread = this.#idle.take()) {
      if (thread.alive) return thread
      this.#replaced++
      await this.#end(thread)
    }
    return this.#start()
  }

  /** @throws WORKER when no thread can be had. */
  async #start(): Promise<WorkerThread> {
    const workerData: WorkerSettings = { settings: this.#settings }
    const options: WorkerOptions = {
      execArgv: forThreads(process.execArgv),
      resourceLimits: {
        maxOldGenerationSizeMb: this.#settings['worker-memory'],
        maxYoungGenerationSizeMb: youngMemory,
      },
      workerData,
    }
    const start = () => WorkerThread.start(this.#file, options, this.#patience)
    const thread = await start().catch((error: unknown) => {
      if (!isWithoutDirectory(error)) throw error
      this.#leaveDirectory()
      return start()
    })
    this.#threads.add(thread)
    if (this.#closed) await this.#end(thread)
    return thread
  }

  /** The working directory was removed. It never comes back for us, and no thread starts without one. */
  #leaveDirectory(): void {
    if (!this.#directoryLeft) this.#log.warn('the working directory was removed: going on in /')
    this.#directoryLeft = true
    process.chdir('/')
  }

  async #end(thread: WorkerThread): Promise<void> {
    this.#threads.delete(thread)
    await thread.end()
  }
}

function isWithoutDirectory(error: unknown): boolean {
  return error instanceof StatsError && reasonOf(error.cause).includes('uv_cwd')
}

function postponed(trouble: Trouble, reason: string): Postponed {
  return { outcome: 'postponed', trouble, reason }
}

/** What made a worker fail, with the option that says how much it may take. */
function explained(error: unknown, given: { timeout: number; times: number; memory: number }): unknown {
  const { timeout, times, memory } = given
  if (error instanceof StatsError) {
    const multiple = times === 1 ? 'worker-timeout' : `${times} times worker-timeout`
    return new StatsError('WORKER', `it took longer than ${times * timeout} s, ${multiple}`, {}, error)
  }
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error
  return new StatsError('WORKER', `it needs more memory than worker-memory, ${memory} MiB`, {}, error)
}
