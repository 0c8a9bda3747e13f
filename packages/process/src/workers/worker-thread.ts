import { Worker, type WorkerOptions } from 'node:worker_threads'
import { reasonOf, StatsError } from '@haproxystats/core'
import type { Work, WorkResult } from '../types/work.ts'
import type { FromWorker, ToWorker } from './messages.ts'

type Answer = Exclude<FromWorker, { kind: 'ready' }>

/** What waits for a word of the thread. */
interface Waiting {
  readonly resolve: (answer: FromWorker) => void
  readonly reject: (reason: Error) => void
}

/** One thread that processes one snapshot at a time. Once anything went wrong with it, it is of no use any more. */
export class WorkerThread {
  readonly #worker: Worker
  #waiting: Waiting | undefined
  /** Why it is of no use. */
  #failure: Error | undefined
  /** Whether it has not processed any snapshot yet. */
  fresh = true

  private constructor(file: string, options: WorkerOptions) {
    this.#worker = new Worker(file, options)
    this.#worker.on('message', (answer: FromWorker) => {
      this.#waiting?.resolve(answer)
      this.#waiting = undefined
    })
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('messageerror', (error) => this.#fail(error))
    this.#worker.on('exit', (code) => this.#fail(new Error(`the worker exited with code ${code}`)))
    // The program goes on for other reasons than its workers.
    this.#worker.unref()
  }

  /**
   * Starts a thread and waits until it has loaded what it runs, at most so many `seconds`.
   *
   * @throws WORKER when there is none to be had: the system has no thread or memory for it, its files cannot be read.
   */
  static async start(file: string, options: WorkerOptions, seconds: number): Promise<WorkerThread> {
    let thread: WorkerThread | undefined
    try {
      thread = new WorkerThread(file, options)
      await thread.#within(seconds, 'ready')
      return thread
    } catch (error) {
      await thread?.end()
      throw new StatsError('WORKER', `no worker thread can be started: ${reasonOf(error)}`, {}, error)
    }
  }

  get id(): number {
    return this.#worker.threadId
  }

  /** Whether it is of use still, as far as is known. */
  get alive(): boolean {
    return this.#failure === undefined
  }

  /** From 0 to 1, since it was started. */
  get utilization(): number {
    return this.#worker.performance.eventLoopUtilization().utilization
  }

  /** @throws what made the worker fail: what it threw, its exit, no memory left, or that it took longer than `seconds`. */
  async run(work: Work, seconds: number): Promise<WorkResult> {
    this.#ask({ kind: 'work', work })
    const answer = await this.#within(seconds, 'done')
    this.fresh = false
    return (answer as Extract<Answer, { kind: 'done' }>).result
  }

  /** @throws when the worker does not answer within so many `seconds`. */
  async ping(seconds: number): Promise<void> {
    this.#ask({ kind: 'ping' })
    await this.#within(seconds, 'alive')
  }

  /** Ends the thread whatever it does; resolves when it is gone. */
  async end(): Promise<void> {
    this.#fail(new Error('the worker was ended'))
    await this.#worker.terminate()
  }

  #ask(message: ToWorker): void {
    if (this.#failure === undefined) this.#worker.postMessage(message)
  }

  #within(seconds: number, kind: FromWorker['kind']): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      const timer = setTimeout(
        () => this.#fail(new StatsError('WORKER', `it took longer than ${seconds} s`)),
        seconds * 1000,
      )
      const settled = () => clearTimeout(timer)
      this.#waiting = {
        resolve: (answer) => {
          settled()
          if (answer.kind === kind) resolve(answer)
          else reject(new Error(`the worker answered ${answer.kind} where ${kind} was expected`))
        },
        reject: (reason) => {
          settled()
          reject(reason)
        },
      }
    })
  }

  /** Only the first reason counts: a thread that ran out of memory exits, too. */
  #fail(reason: Error): void {
    this.#failure ??= reason
    this.#waiting?.reject(this.#failure)
    this.#waiting = undefined
  }
}
