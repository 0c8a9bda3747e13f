import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import {
  type Conditions,
  type Configuration,
  createConditions,
  type Logger,
  reasonOf,
  statusPath,
} from '@haproxystats/core'
import { Backoff } from '../delivery/backoff.ts'
import type { OutputQueueSettings } from '../delivery/output-queue.ts'
import { PullStateReader } from './live/pull-state-reader.ts'
import type { FromThread, ThreadSettings, ToThread } from './messages.ts'

const threadFile = fileURLToPath(new URL('./thread.js', import.meta.url))

/** So many snapshots wait for the thread: one that it reads, and the newest. */
const mostBehind = 2

/** What tests want otherwise; times in milliseconds. */
const usual = {
  /** What the thread runs. */
  file: threadFile,
  /** How long it may take for one snapshot, and to end. */
  readTime: 30_000,
  closeTime: 5000,
  /** How long to wait before a thread that ended is replaced; twice as long after each that has read no snapshot. */
  restartPause: 1000,
}

/** The longest of these pauses, in seconds. */
const longestPause = 300

export interface ServiceContext extends Partial<typeof usual> {
  readonly log: Logger
  readonly pathOf: (snapshot: string) => string
}

/**
 * The main thread's side of `[http]`: a thread that serves the newest snapshot. It is one more lane of the delivery, with
 * room for so few snapshots that nothing waits for a thread that lags: it goes on with the newest.
 */
export class HttpService {
  readonly #settings: ThreadSettings
  readonly #usual: typeof usual
  readonly #log: Logger
  readonly #pathOf: (snapshot: string) => string
  readonly #pull: PullStateReader
  readonly #reading = new Map<number, (trouble: string | undefined) => void>()
  #thread: Worker | undefined
  /** Resolves once the thread runs, or has ended. */
  #online: Promise<unknown> = Promise.resolve()
  #restart: NodeJS.Timeout | undefined
  readonly #backoff: Backoff
  readonly #conditions: Conditions
  #closing = false
  #last = 0

  constructor(configuration: Configuration, { log, pathOf, ...different }: ServiceContext) {
    const { http, paths, process, pull } = configuration
    if (http === undefined) throw new TypeError('there is no section [http]')
    const historyPath = join(paths['base-dir'], 'haproxystats-process.history')
    this.#settings = { settings: http, process, interval: pull['pull-interval'], historyPath }
    this.#pull = new PullStateReader(statusPath(paths['base-dir'], 'haproxystats-pull'))
    this.#usual = { ...usual, ...different }
    this.#log = log.child({ dispatcher: 'http' })
    this.#conditions = createConditions(this.#log)
    this.#pathOf = pathOf
    const interval = this.#usual.restartPause / 1000
    this.#backoff = new Backoff({ retries: -1, interval, backoff: 2, delay: longestPause })
    this.#start()
  }

  /** Takes every snapshot in its turn, one at a time. */
  get outputQueue(): OutputQueueSettings {
    return {
      name: 'http',
      sink: {
        send: async (batches, signal) => {
          for (const { snapshot } of batches) await this.#read(snapshot, signal)
        },
        close: async () => undefined,
      },
      encoding: { encoder: 'nothing', options: {} },
      retry: { retries: 0, interval: 1, backoff: 1, delay: 1 },
      prefetchDatapoints: 1_000_000,
      prefetch: 2,
      maxSendDatapoints: 1,
      replay: 0,
      maxRate: 0,
      backlog: { most: mostBehind, full: 'drop-oldest', silent: true },
      incomplete: 'deliver',
    }
  }

  /** What the status file says, and how haproxystats-pull is doing, for those who ask over HTTP. */
  async tell(status: Readonly<Record<string, unknown>>): Promise<void> {
    const pull = await this.#pull.read()
    this.#post({ kind: 'status', status: JSON.parse(JSON.stringify({ ...status, pull })) })
  }

  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#restart)
    const thread = this.#thread
    if (thread === undefined) return
    const ended = new Promise((resolve) => thread.once('exit', resolve))
    this.#post({ kind: 'close' })
    const timer = setTimeout(() => void thread.terminate(), this.#usual.closeTime)
    await ended
    clearTimeout(timer)
  }

  /** Never rejects: what could not be read is not shown, and leaves the queue all the same. */
  async #read(snapshot: string, signal: AbortSignal): Promise<void> {
    await this.#online
    if (this.#thread === undefined) return
    const id = ++this.#last
    const { readTime } = this.#usual
    let timer: NodeJS.Timeout | undefined
    const stop = () => this.#reading.get(id)?.(undefined)
    const trouble = await new Promise<string | undefined>((resolve) => {
      this.#reading.set(id, resolve)
      timer = setTimeout(() => {
        resolve(`it took longer than ${readTime / 1000} s`)
        void this.#thread?.terminate()
      }, readTime)
      signal.addEventListener('abort', stop, { once: true })
      this.#post({ kind: 'snapshot', id, path: this.#pathOf(snapshot), snapshot: Number(snapshot) })
    })
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    this.#reading.delete(id)
    if (trouble !== undefined) {
      this.#log.error({ snapshot, reason: trouble }, `snapshot ${snapshot} cannot be shown: ${trouble}`)
    }
  }

  #post(message: ToThread): void {
    this.#thread?.postMessage(message)
  }

  #start(): void {
    try {
      this.#thread = this.#createThread()
    } catch (error) {
      this.#ended(reasonOf(error))
    }
  }

  #createThread(): Worker {
    const memory = this.#settings.settings['thread-memory']
    // V8 options of the program are not for threads, and loading by require() is not needed.
    const options = { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: memory } }
    const thread = new Worker(this.#usual.file, { workerData: this.#settings, ...options })
    let reason = 'it ended by itself'
    thread.on('message', (message: FromThread) => this.#heard(message))
    thread.on('error', (error: NodeJS.ErrnoException) => {
      const isFull = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      reason = isFull ? `out of memory: it needs more than thread-memory, ${memory} MiB` : reasonOf(error)
    })
    thread.on('exit', () => this.#ended(reason))
    this.#online = new Promise((resolve) => {
      thread.once('online', resolve)
      thread.once('exit', resolve)
    })
    return thread
  }

  #heard(message: FromThread): void {
    if (message.kind === 'tell') this.#log[message.severity](message.message)
    else if (message.kind === 'read') {
      if (message.trouble === undefined) this.#recovered()
      this.#reading.get(message.id)?.(message.trouble)
    }
  }

  #recovered(): void {
    this.#conditions.end('thread', 'a new thread serves [http], and has read a snapshot')
    this.#backoff.succeeded()
  }

  /** Or could not be started. The same reason is told once. */
  #ended(reason: string): void {
    this.#thread = undefined
    const isTold = reason === this.#conditions.kind('thread')
    for (const done of this.#reading.values()) done(isTold ? undefined : 'the thread that serves it has ended')
    if (this.#closing) return
    const pause = this.#backoff.failed()
    const fields = { reason, attempts: this.#backoff.failures, pause }
    const text = `the thread that serves [http] has ended, a new one follows: ${reason}; deliveries go on`
    this.#conditions.begin('thread', { level: 'error', kind: reason, fields, text })
    this.#restart = setTimeout(() => this.#start(), pause * 1000)
  }
}
