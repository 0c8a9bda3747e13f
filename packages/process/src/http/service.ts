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
import { type AggregateMemory, aggregateEncoding, type SharedAggregate } from '../types/aggregate.ts'
import type { SourceResult, SourceWork, Work } from '../types/work.ts'
import { PullStateReader } from './live/pull-state-reader.ts'
import type { FromThread, ThreadSettings, ToThread } from './messages.ts'
import { SnapshotFiles } from './snapshot-files.ts'

const threadFile = fileURLToPath(new URL('./thread.js', import.meta.url))

/** So many snapshots wait for the thread: one that it reads, and the newest. */
const mostBehind = 2

/** As much memory as is kept for the next aggregates. */
const mostSpares = 2

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
  /** Has a worker read single answers. */
  readonly readSources: (work: SourceWork) => Promise<SourceResult>
}

/** A snapshot that the thread has. */
interface Held {
  readonly aggregate: SharedAggregate
  readonly files: SnapshotFiles
}

/**
 * The main thread's side of `[http]`: a thread that serves the newest snapshot. It is one more output of the delivery, with
 * room for so few snapshots that nothing waits for a thread that lags: it goes on with the newest.
 */
export class HttpService {
  readonly #settings: ThreadSettings
  readonly #usual: typeof usual
  readonly #log: Logger
  readonly #context: Pick<ServiceContext, 'pathOf' | 'readSources'>
  readonly #pull: PullStateReader
  readonly #reading = new Map<number, (trouble: string | undefined) => void>()
  readonly #held = new Map<number, Held>()
  readonly #spares: AggregateMemory[] = []
  #thread: Worker | undefined
  /** Resolves once the thread runs, or has ended. */
  #online: Promise<unknown> = Promise.resolve()
  #restart: NodeJS.Timeout | undefined
  readonly #backoff: Backoff
  readonly #conditions: Conditions
  #closing = false

  constructor(configuration: Configuration, { log, pathOf, readSources, ...different }: ServiceContext) {
    const { http, paths, pull } = configuration
    if (http === undefined) throw new TypeError('there is no section [http]')
    const historyPath = join(paths['base-dir'], 'haproxystats-process.history')
    this.#settings = { settings: http, interval: pull['pull-interval'], historyPath }
    this.#pull = new PullStateReader(statusPath(paths['base-dir'], 'haproxystats-pull'))
    this.#usual = { ...usual, ...different }
    this.#log = log.child({ dispatcher: 'http' })
    this.#conditions = createConditions(this.#log)
    this.#context = { pathOf, readSources }
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
          for (const { aggregate } of batches) if (aggregate !== undefined) await this.#show(aggregate, signal)
        },
        close: async () => undefined,
      },
      encoding: aggregateEncoding,
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

  /** A task for a worker with memory for its aggregate, which the thread reads no more. */
  withMemory(work: Work): Work {
    if (!work.encodings.some(({ encoder }) => encoder === aggregateEncoding.encoder)) return work
    const memory = this.#spares.pop()
    return memory === undefined ? work : { ...work, memory }
  }

  /** What the status file says, and how haproxystats-pull is doing, for those who ask over HTTP. */
  async passStatus(status: Readonly<Record<string, unknown>>): Promise<void> {
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

  /** Never rejects: what could not be shown leaves the queue all the same. */
  async #show(aggregate: SharedAggregate, signal: AbortSignal): Promise<void> {
    await this.#online
    if (this.#thread === undefined) return
    const { snapshot } = aggregate
    const { readTime } = this.#usual
    let timer: NodeJS.Timeout | undefined
    const stop = () => this.#reading.get(snapshot)?.(undefined)
    this.#hold(aggregate)
    const trouble = await new Promise<string | undefined>((resolve) => {
      this.#reading.set(snapshot, resolve)
      timer = setTimeout(() => {
        resolve(`it took longer than ${readTime / 1000} s`)
        void this.#thread?.terminate()
      }, readTime)
      signal.addEventListener('abort', stop, { once: true })
      this.#post({ kind: 'snapshot', aggregate })
    })
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    this.#reading.delete(snapshot)
    if (trouble !== undefined) {
      this.#log.error({ snapshot, reason: trouble }, `snapshot ${snapshot} cannot be shown: ${trouble}`)
    }
  }

  /** Its files are opened before it leaves the queue. */
  #hold(aggregate: SharedAggregate): void {
    const { snapshot } = aggregate
    this.#held.get(snapshot)?.files.close()
    this.#held.set(snapshot, { aggregate, files: new SnapshotFiles(this.#context.pathOf(String(snapshot))) })
  }

  /** What the thread reads no more serves for another snapshot. */
  #release(served: number | undefined, used: readonly number[]): void {
    for (const [snapshot, { aggregate, files }] of this.#held) {
      if (snapshot !== served) files.close()
      if (used.includes(snapshot) || this.#reading.has(snapshot)) continue
      this.#held.delete(snapshot)
      const { numbers, texts, rest } = aggregate
      if (this.#spares.length < mostSpares) this.#spares.push({ numbers, texts, rest })
    }
  }

  async #readSources({ id, snapshot, sources, wanted }: Extract<FromThread, { kind: 'source' }>): Promise<void> {
    const files = this.#held.get(snapshot)?.files
    const read = (descriptors: SourceWork['descriptors']) => this.#context.readSources({ descriptors, wanted })
    const failed = (error: unknown): SourceResult => ({ failure: reasonOf(error) })
    const result = await files?.read(sources, read).catch(failed)
    this.#post({ kind: 'source', id, result: result ?? { failure: `there is a newer snapshot than ${snapshot}` } })
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
    if (message.kind === 'log') this.#log[message.severity](message.message)
    else if (message.kind === 'source') void this.#readSources(message)
    else {
      if (message.trouble === undefined) this.#recovered()
      this.#reading.get(message.snapshot)?.(message.trouble)
      this.#reading.delete(message.snapshot)
      this.#release(message.served, message.used)
    }
  }

  #recovered(): void {
    this.#conditions.end('thread', 'a new thread serves [http], and has read a snapshot')
    this.#backoff.succeeded()
  }

  /** Or could not be started. The same reason is logged once. */
  #ended(reason: string): void {
    this.#thread = undefined
    const isTold = reason === this.#conditions.kind('thread')
    for (const done of this.#reading.values()) done(isTold ? undefined : 'the thread that serves it has ended')
    this.#reading.clear()
    this.#release(undefined, [])
    if (this.#closing) return
    const pause = this.#backoff.failed()
    const fields = { reason, attempts: this.#backoff.failures, pause }
    const text = `the thread that serves [http] has ended, a new one follows: ${reason}; deliveries go on`
    this.#conditions.begin('thread', { level: 'error', kind: reason, fields, text })
    this.#restart = setTimeout(() => this.#start(), pause * 1000)
  }
}
