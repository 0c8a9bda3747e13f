import { once } from 'node:events'
import type { ResourceLimits, Worker } from 'node:worker_threads'
import { atMost, reasonOf, StatsError } from '@haproxystats/core'
import { FixedQueue, Piscina } from 'piscina'

/** What threads are started with. */
export interface ThreadSettings {
  /** What they run. Its default export is given the tasks; its export `alive`, which does nothing, tells that a thread works. */
  readonly file: string
  /** At most so many at a time. */
  readonly most: number
  /** Seconds after which a thread that has nothing to do is ended. */
  readonly idleTime: number
  /** Seconds that a thread may take to load what it runs. */
  readonly startTime: number
  readonly execArgv: readonly string[]
  readonly resourceLimits: ResourceLimits
  readonly workerData?: unknown
}

/**
 * Threads of piscina, started when they are needed. Piscina starts threads also in its own event handlers, while tasks wait in
 * it; what the system refuses there ends the program. So a task goes to piscina only when a thread has nothing to do, and
 * threads are started one at a time, by a call of `alive` whose failure is caught here.
 */
export class ThreadPool<Task, Result> {
  readonly #pool: Piscina<unknown, unknown>
  readonly #startTime: number
  /** Piscina's own queue: nothing but the call of `alive` that a new thread is to answer. */
  readonly #queue = new FixedQueue()
  readonly #inTurn = atMost(1)
  #closed = false

  constructor({ most, startTime, execArgv, ...settings }: ThreadSettings) {
    this.#startTime = startTime
    this.#pool = new Piscina({
      filename: settings.file,
      minThreads: 0,
      maxThreads: most,
      idleTimeout: settings.idleTime * 1000,
      concurrentTasksPerWorker: 1,
      taskQueue: this.#queue,
      // Leaves the event loop of an idle thread running: with piscina's default a 10 ms timer ticked 0 times in 500 ms.
      atomics: 'disabled',
      // Loading by require(), which piscina tries first, aborts all of Node 20 when the thread is ended meanwhile.
      execArgv: [...execArgv, '--no-experimental-require-module'],
      recordTiming: false,
      resourceLimits: settings.resourceLimits,
      workerData: settings.workerData,
    })
    // Those who wait for a thread are told why it failed. An error without a listener would end the program.
    this.#pool.on('error', () => undefined)
  }

  /** Those that are alive. */
  get threads(): readonly Worker[] {
    return this.#pool.threads
  }

  /**
   * Has a task done that may take so many `seconds` once there is a thread for it; for ever without. At most as many tasks at a time
   * as there may be threads. A thread that takes longer, or exits, is ended.
   *
   * @throws NO_THREAD when no thread can be had, WORKER when the task took too long, and whatever the task throws.
   */
  run(task: Task, seconds?: number): Promise<Result> {
    return this.#ask(task, 'default', seconds)
  }

  /** The same with another function that the file exports, for another kind of task. */
  call<OtherTask, OtherResult>(name: string, task: OtherTask, seconds: number): Promise<OtherResult> {
    return this.#ask(task, name, seconds)
  }

  /**
   * Asks a thread that has nothing to do whether it is alive, a new one if there is none.
   *
   * @throws as `run` does.
   */
  async check(seconds: number): Promise<void> {
    await this.#ask(undefined, 'alive', seconds)
  }

  /** Ends all threads whatever they do, and starts none any more; resolves when they are gone. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#pool.destroy()
  }

  async #ask<Answer>(task: unknown, name: string, seconds?: number): Promise<Answer> {
    while (this.#pool.idleThreads === 0) await this.#inTurn(() => this.#start())
    // Nothing may be awaited here: somebody else would be given the idle thread.
    const signal = seconds === undefined ? null : AbortSignal.timeout(seconds * 1000)
    try {
      return (await this.#pool.run(task, { name, signal })) as Answer
    } catch (error) {
      if (!signal?.aborted) throw error
      throw new StatsError('WORKER', `it took longer than ${seconds} s`, {}, error)
    }
  }

  async #start(): Promise<void> {
    if (this.#pool.idleThreads > 0) return
    const known = this.threads
    const late = AbortSignal.timeout(this.#startTime * 1000)
    let thread: Worker | undefined
    try {
      if (this.#closed) throw new Error('the program is about to end')
      const alive = this.#pool.run(undefined, { name: 'alive' })
      thread = this.threads.find((one) => !known.includes(one))
      if (thread === undefined) throw new Error('all threads are busy')
      await Promise.race([Promise.all([alive, ready(thread)]), failureOf(thread, late)])
    } catch (error) {
      // The call that nobody answered would have piscina start threads by itself.
      while (this.#queue.size > 0) this.#queue.shift()
      await thread?.terminate()
      const reason = late.aborted ? `it took longer than ${this.#startTime} s` : reasonOf(error)
      throw new StatsError('NO_THREAD', `no worker thread can be started: ${reason}`, {}, error)
    }
  }
}

/** Piscina counts a thread as idle only once this message has come, which may be after the first answer. */
async function ready(thread: Worker): Promise<void> {
  await once(thread, 'message')
}

/** @throws what makes a thread fail, until `signal` is aborted, and then that. */
async function failureOf(thread: Worker, signal: AbortSignal): Promise<never> {
  const [code] = await once(thread, 'exit', { signal })
  throw new Error(`the thread exited with code ${code}`)
}
