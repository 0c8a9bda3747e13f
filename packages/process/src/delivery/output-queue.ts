import { type Conditions, createConditions, type Fate, type Logger, wait } from '@haproxystats/core'
import type { Backlog, Batch, Encoding, Incomplete } from '../types/output.ts'
import type { BatchCache, Outcome } from './batch-cache.ts'
import { Pending } from './pending.ts'
import { Postponed } from './postponed.ts'
import { Sender, type SenderSettings } from './sender.ts'

/** How long to wait after a snapshot that cannot be processed now, in seconds: the next one may have the same trouble. */
const troublePause = 1

/** While fewer datapoints are prefetched, any number of batches may be: enough to fill a send. */
const fewDatapoints = 100_000

/** All that a queue needs to know of its output. */
export interface OutputQueueSettings extends SenderSettings {
  readonly encoding: Encoding
  /** How many batches to prefetch; more if they are small. */
  readonly prefetch: number
  readonly backlog: Backlog
  readonly incomplete: Incomplete
}

/** What the status file and the own metrics say of an output. */
export interface OutputStatus {
  readonly state: 'delivering' | 'idle' | 'failing'
  /** Snapshots it still has to deliver, and the oldest of them. */
  readonly waiting: number
  readonly oldest: string | undefined
  /** Since the start: what was delivered, attempts that failed, and what was sent again after a death. */
  readonly snapshots: number
  readonly datapoints: number
  readonly retries: number
  readonly replayed: number
  /** Since the start: snapshots dropped because too many waited, and incomplete ones that it leaves out. */
  readonly dropped: number
  readonly leftOut: number
  /** Whether it drops snapshots now: its backlog is full, and has not been half empty since. */
  readonly dropping: boolean
  readonly reason: string | undefined
  readonly proof: string | undefined
}

/** What became of a snapshot at one output. */
export interface Finished {
  readonly snapshot: string
  readonly fate: Fate
  /** How many were delivered. */
  readonly datapoints: number
}

/** A batch that was asked for. */
interface Prefetched {
  readonly outcome: Promise<Outcome>
  /** As many as the last batch had, until it is processed. */
  datapoints: number
}

/**
 * The snapshots on their way to one output: oldest first, one send at a time, each until it is delivered. A destination that is
 * down holds up its own queue and no other; what is not prefetched waits on disk, and what does not fit the backlog is
 * dropped, for this output alone.
 */
export class OutputQueue {
  readonly name: string
  readonly pending: Pending
  readonly #settings: OutputQueueSettings
  readonly #cache: BatchCache
  readonly #sender: Sender
  readonly #prefetched = new Map<string, Prefetched>()
  readonly #postponed = new Postponed((snapshot) => this.#retry(snapshot))
  readonly #counts = { snapshots: 0, datapoints: 0 }
  readonly #conditions: Conditions
  #dropped = 0
  #leftOut = 0
  #lastSize = 0
  #wake: () => void = () => undefined

  constructor(settings: OutputQueueSettings, cache: BatchCache, log: Logger) {
    this.name = settings.name
    this.pending = new Pending(settings.backlog)
    this.#settings = settings
    this.#cache = cache
    this.#sender = new Sender(settings, this.pending, log)
    this.#conditions = createConditions(log)
  }

  get status(): OutputStatus {
    const { isFailing, retries, replayed, reason } = this.#sender.status
    const busy = this.pending.size > 0 ? 'delivering' : 'idle'
    return {
      state: isFailing ? 'failing' : busy,
      waiting: this.pending.size,
      oldest: this.pending.snapshots[0],
      ...this.#counts,
      retries,
      replayed,
      dropped: this.#dropped,
      leftOut: this.#leftOut,
      dropping: this.#conditions.kind('drops') !== undefined,
      reason,
      proof: this.#settings.sink.proof,
    }
  }

  /** Whether what it drops counts as delivered. */
  get isSilent(): boolean {
    return this.#settings.backlog.silent === true
  }

  /** A snapshot to deliver. */
  add(snapshot: string): void {
    this.pending.add(snapshot)
    this.#wake()
  }

  /** A snapshot that is no longer to be delivered: it left the queue, or cannot be processed. */
  remove(snapshot: string): void {
    this.#forget(snapshot, false)
  }

  /** Drops a snapshot, so that others have room. */
  drop(snapshot: string): void {
    const { most, full } = this.#settings.backlog
    const waiting = this.pending.size
    this.#forget(snapshot, false)
    if (this.isSilent) return
    const which = full === 'drop-newest' ? 'newest' : 'oldest'
    const text =
      `${this.name}: backlog is full: ${waiting} snapshots wait, dropping the ${which} for each new one, first ` +
      `${snapshot} (backlog-full = ${full}); other outputs are not affected`
    this.#dropped++
    const fields = { dispatcher: this.name, snapshot, waiting, backlog: most }
    this.#conditions.begin('drops', { level: 'error', fields, text })
  }

  /**
   * Delivers until `stop`, then only what is prefetched, with one attempt each; `kill` ends that too. Yields each snapshot that
   * the output is done with.
   */
  async *deliver(stop: AbortSignal, kill: AbortSignal): AsyncGenerator<Finished> {
    const wake = () => this.#wake()
    stop.addEventListener('abort', wake)
    for (;;) {
      const first = await this.#nextBatch(stop, kill)
      if (first === undefined) break
      if (this.#isDiscarded(first)) {
        yield this.#leaveOut(first)
        continue
      }
      const batches = await unlessAborted(this.#collect(first), kill)
      const delivered = batches && (await this.#sender.send(batches, stop, kill))
      if (delivered === undefined) break
      if (delivered.some(({ incomplete }) => incomplete === undefined)) this.#logComplete()
      for (const batch of delivered) if (this.pending.has(batch.snapshot)) yield this.#delivered(batch)
      this.pending.setSending([])
      this.#logRoom()
      await this.#limitRate(delivered, stop)
    }
    stop.removeEventListener('abort', wake)
    this.#postponed.close()
    await this.#settings.sink.close()
  }

  /** The batch of the oldest snapshot that can be processed, once there is one; `undefined` when stopped. */
  async #nextBatch(stop: AbortSignal, kill: AbortSignal): Promise<Batch | undefined> {
    while (!kill.aborted) {
      if (!stop.aborted) this.#prefetch()
      const snapshot = this.pending.snapshots.find((name) => !this.#postponed.has(name))
      const prefetched = snapshot === undefined ? undefined : this.#prefetched.get(snapshot)
      if (snapshot === undefined || prefetched === undefined) {
        if (stop.aborted) return undefined
        await this.#somethingToDo()
        continue
      }
      const outcome = await unlessAborted(prefetched.outcome, kill)
      if (outcome === undefined) return undefined
      if (!this.pending.has(snapshot)) continue
      if ('batch' in outcome) return outcome.batch
      if (this.#postpone(snapshot, outcome)) await wait(troublePause, stop)
    }
    return undefined
  }

  /** Has the next snapshots processed while there is room for them in memory; there always is for one. */
  #prefetch(): void {
    const { prefetch, prefetchDatapoints } = this.#settings
    let datapoints = 0
    let count = 0
    for (const snapshot of this.pending.snapshots) {
      if (this.#postponed.has(snapshot)) continue
      const size = this.#prefetched.get(snapshot)?.datapoints ?? this.#lastSize
      if (count > 0 && datapoints + size > prefetchDatapoints) return
      if (count >= prefetch && (datapoints + size > fewDatapoints || size === 0)) return
      if (!this.#prefetched.has(snapshot)) this.#fetch(snapshot)
      datapoints += size
      count++
    }
  }

  #fetch(snapshot: string): Prefetched {
    const outcome = this.#cache.get(snapshot, this.#settings.encoding)
    const prefetched = { outcome, datapoints: this.#lastSize }
    this.#prefetched.set(snapshot, prefetched)
    void outcome.then((its) => {
      if ('batch' in its) prefetched.datapoints = its.batch.datapoints
    })
    return prefetched
  }

  /** Whether a snapshot that could not be processed is tried again later; not if no repetition would help. */
  #postpone(snapshot: string, failure: Exclude<Outcome, { batch: Batch }>): boolean {
    if (failure.outcome === 'invalid') {
      this.remove(snapshot)
      return false
    }
    this.#release(snapshot, false)
    this.#postponed.add(snapshot)
    return true
  }

  /** Has a postponed snapshot processed while the others are delivered. */
  #retry(snapshot: string): void {
    const prefetched = this.#fetch(snapshot)
    void prefetched.outcome.then((outcome) => {
      if (this.#prefetched.get(snapshot) !== prefetched) return
      if (!('batch' in outcome)) {
        this.#postpone(snapshot, outcome)
        return
      }
      this.#postponed.setReady(snapshot)
      this.#wake()
    })
  }

  #isDiscarded({ incomplete }: Batch): boolean {
    return incomplete !== undefined && this.#settings.incomplete === 'discard'
  }

  #leaveOut({ snapshot, incomplete }: Batch): Finished {
    this.#forget(snapshot, true)
    this.#leftOut++
    const fields = { dispatcher: this.name, snapshot, reason: incomplete }
    const text = `${this.name}: snapshot ${snapshot} is incomplete, and left out (incomplete = discard): ${incomplete}`
    this.#conditions.begin('left out', { level: 'warn', fields, text })
    return { snapshot, fate: 'left-out', datapoints: 0 }
  }

  /** The first batch, and those behind it that are prefetched and fit into the same send. */
  async #collect(first: Batch): Promise<Batch[]> {
    const { maxSendDatapoints, maxRate } = this.#settings
    const most = maxRate === 0 ? maxSendDatapoints : Math.min(maxSendDatapoints, maxRate)
    const batches = [first]
    let datapoints = first.datapoints
    const { snapshots } = this.pending
    for (const snapshot of snapshots.slice(snapshots.indexOf(first.snapshot) + 1)) {
      if (this.#postponed.has(snapshot)) continue
      const prefetched = this.#prefetched.get(snapshot)
      if (datapoints >= most || prefetched === undefined) break
      const outcome = await prefetched.outcome
      if (!('batch' in outcome) || this.#isDiscarded(outcome.batch)) break
      if (datapoints + outcome.batch.datapoints > most) break
      datapoints += outcome.batch.datapoints
      batches.push(outcome.batch)
    }
    this.#lastSize = (batches.at(-1) as Batch).datapoints
    return batches
  }

  #delivered({ snapshot, datapoints }: Batch): Finished {
    this.#forget(snapshot, true)
    this.#counts.snapshots++
    this.#counts.datapoints += datapoints
    return { snapshot, fate: 'delivered', datapoints }
  }

  /** `isSent`: nothing has to be sent of it any more, so its memory can serve for another unless it may be replayed. */
  #forget(snapshot: string, isSent: boolean): void {
    this.pending.delete(snapshot)
    this.#release(snapshot, isSent && this.#settings.replay === 0)
    this.#postponed.delete(snapshot)
  }

  #release(snapshot: string, isReusable: boolean): void {
    if (!this.#prefetched.delete(snapshot)) return
    this.#cache.release(snapshot, this.#settings.encoding, isReusable)
  }

  #logComplete(): void {
    const text = (times: number) => `${this.name}: snapshots are complete again, ${times} were left out`
    this.#conditions.end('left out', text, { dispatcher: this.name })
  }

  /** Nothing more is dropped: once half of the backlog is free, so that it is not full again at once. */
  #logRoom(): void {
    const { size } = this.pending
    if (2 * size > this.#settings.backlog.most) return
    const text = (times: number) => `${this.name}: backlog has room again, ${times} snapshots were dropped`
    this.#conditions.end('drops', text, { dispatcher: this.name, waiting: size })
  }

  /** No more than `maxRate` datapoints a second while others wait. */
  async #limitRate(sent: readonly Batch[], stop: AbortSignal): Promise<void> {
    const { maxRate } = this.#settings
    if (maxRate === 0 || this.pending.size === 0) return
    await wait(sent.reduce((sum, { datapoints }) => sum + datapoints, 0) / maxRate, stop)
  }

  #somethingToDo(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = () => undefined
        resolve()
      }
    })
  }
}

/** What a promise resolves to; `undefined` once `signal` is aborted. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined
  let stop: () => void = () => undefined
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
