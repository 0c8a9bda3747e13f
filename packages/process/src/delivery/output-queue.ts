import { type Logger, reasonOf, wait } from '@haproxystats/core'
import type { Backlog, Batch, Encoding, Incomplete, RetryPolicy, Sink } from '../types/output.ts'
import { Backoff } from './backoff.ts'
import type { BatchCache, Outcome } from './batch-cache.ts'
import { Pending } from './pending.ts'
import { Postponed } from './postponed.ts'
import { ReplayBuffer } from './replay-buffer.ts'
import { Spell } from './spell.ts'

/** How long to wait after a snapshot that cannot be processed now, in seconds: the next one may have the same trouble. */
const troublePause = 1

/** While fewer datapoints wait in memory, any number of batches may: enough to fill a unit. */
const fewDatapoints = 100_000

/** What a lane needs to know of its dispatcher. */
export interface OutputQueueSettings {
  /** The dispatcher's name; also the name of its marks in the queue. */
  readonly name: string
  readonly sink: Sink
  readonly encoding: Encoding
  readonly retry: RetryPolicy
  /** How many datapoints may wait in memory; one batch always may. */
  readonly window: number
  /** How many batches may wait in memory; more if they are small. */
  readonly ahead: number
  /** How many datapoints may go out as one while a backlog drains; one batch always may. */
  readonly together: number
  /** Seconds of what was delivered that are sent again after the destination died. */
  readonly replay: number
  /** Datapoints a second while a backlog drains; 0 for no limit. */
  readonly maxRate: number
  readonly backlog: Backlog
  readonly incomplete: Incomplete
}

/** What the status file and the own metrics tell of a lane. */
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
  /** Since the start: snapshots lost because too many waited, and incomplete ones that it leaves out. */
  readonly dropped: number
  readonly leftOut: number
  /** Whether it loses snapshots now: its backlog is full, and has not been half empty since. */
  readonly dropping: boolean
  readonly reason: string | undefined
  readonly proof: string | undefined
}

export interface LaneEvents {
  /** All of a snapshot has been delivered. */
  readonly delivered: (snapshot: string, datapoints: number) => Promise<void>
  /** A snapshot is not for this dispatcher: it is incomplete. */
  readonly leftOut: (snapshot: string) => Promise<void>
}

/**
 * One dispatcher's own way through the queue: oldest first, one batch at a time, each until it is delivered. A destination
 * that is down holds up its own lane and nobody else's; what does not fit its window waits on disk, and what does not fit
 * its backlog is lost, for this dispatcher alone.
 */
export class OutputQueue {
  readonly name: string
  readonly #settings: OutputQueueSettings
  readonly #batches: BatchCache
  readonly #events: LaneEvents
  readonly #log: Logger
  readonly #key: string
  readonly #backoff: Backoff
  readonly #pending: Pending
  readonly #held = new Map<string, number>()
  readonly #recent: ReplayBuffer
  readonly #resting = new Postponed((snapshot) => this.#retry(snapshot))
  readonly #counts = { snapshots: 0, datapoints: 0, retries: 0, replayed: 0 }
  readonly #drops: Spell
  readonly #leftOuts: Spell
  #toReplay: readonly Batch[] = []
  #deaths = 0
  #reason: string | undefined
  #failingSince = 0
  #lastSize = 0
  #wake: () => void = () => undefined

  constructor(settings: OutputQueueSettings, batches: BatchCache, events: LaneEvents, log: Logger) {
    this.name = settings.name
    this.#settings = settings
    this.#batches = batches
    this.#events = events
    this.#log = log
    this.#key = `${settings.encoding.encoder} ${JSON.stringify(settings.encoding.options, plain)}`
    this.#backoff = new Backoff(settings.retry)
    this.#recent = new ReplayBuffer(settings.replay, settings.window)
    this.#pending = new Pending(settings.backlog)
    this.#drops = new Spell(log)
    this.#leftOuts = new Spell(log)
  }

  get status(): OutputStatus {
    const busy = this.#pending.size > 0 ? 'delivering' : 'idle'
    return {
      state: this.#backoff.failures > 0 ? 'failing' : busy,
      waiting: this.#pending.size,
      oldest: this.#pending.first,
      ...this.#counts,
      dropped: this.#drops.total,
      leftOut: this.#leftOuts.total,
      dropping: this.#drops.isOn,
      reason: this.#reason,
      proof: this.#settings.sink.proof,
    }
  }

  /** A snapshot to deliver, in its place by age. */
  add(snapshot: string): void {
    this.#pending.add(snapshot)
    this.#wake()
  }

  get pending(): Pick<Pending, 'size' | 'isOverfull' | 'expendable' | 'tolerate' | 'endTolerance'> {
    return this.#pending
  }

  /** Whether what it loses counts as lost. */
  get isSilent(): boolean {
    return this.#settings.backlog.silent === true
  }

  /** Gives up a snapshot that is expendable, so that others have room. */
  lose(snapshot: string): void {
    const { most, full } = this.#settings.backlog
    const { size } = this.#pending
    this.drop(snapshot)
    if (this.isSilent) return
    const which = full === 'drop-newest' ? 'newest' : 'oldest'
    const text =
      `${this.name}: its backlog is full, ${size} snapshots wait for it: dropping the ${which} for each new one, from ` +
      `${snapshot} on (backlog-full = ${full}); other outputs are not affected`
    this.#drops.again('error', { dispatcher: this.name, snapshot, waiting: size, backlog: most }, text)
  }

  /** A snapshot that is no longer to be delivered. */
  drop(snapshot: string): void {
    this.#forget(snapshot, false)
  }

  /** `delivered`: nothing has to be sent of it again, so its memory can serve for another. */
  #forget(snapshot: string, delivered: boolean): void {
    this.#pending.delete(snapshot)
    this.#held.delete(snapshot)
    this.#batches.release(snapshot, this.#key, this, delivered && this.#settings.replay === 0)
    this.#resting.forget(snapshot)
  }

  /**
   * Delivers until `stop`; then only what is in hand, each batch with one attempt. `kill` ends that too.
   */
  async run(stop: AbortSignal, kill: AbortSignal): Promise<void> {
    const wake = () => this.#wake()
    stop.addEventListener('abort', wake)
    while (!kill.aborted) {
      if (!stop.aborted) this.#lookAhead()
      const snapshot = this.#pending.snapshots.find((name) => !this.#resting.has(name))
      if (snapshot !== undefined && this.#batches.has(snapshot, this.#key, this)) {
        if (!(await this.#handle(snapshot, stop, kill))) break
      } else if (stop.aborted) break
      else await this.#somethingToDo()
    }
    stop.removeEventListener('abort', wake)
    this.#resting.close()
    await this.#settings.sink.close()
  }

  /** Has the next snapshots encoded while there is room for them. */
  #lookAhead(): void {
    const { window, ahead, encoding } = this.#settings
    let datapoints = 0
    let count = 0
    for (const snapshot of this.#pending.snapshots) {
      if (this.#resting.has(snapshot)) continue
      const size = this.#held.get(snapshot) ?? this.#lastSize
      if (count > 0 && datapoints + size > window) return
      if (count >= ahead && (datapoints + size > fewDatapoints || size === 0)) return
      if (!this.#batches.has(snapshot, this.#key, this)) {
        this.#held.set(snapshot, this.#lastSize)
        void this.#batches.request(snapshot, this.#key, encoding, this).then((outcome) => {
          if ('batch' in outcome && this.#held.has(snapshot)) this.#held.set(snapshot, outcome.batch.datapoints)
        })
      }
      datapoints += size
      count++
    }
  }

  /** The next unit; false when stopped before it was delivered. */
  async #handle(snapshot: string, stop: AbortSignal, kill: AbortSignal): Promise<boolean> {
    const outcome = await orNothing(this.#batches.request(snapshot, this.#key, this.#settings.encoding, this), kill)
    if (outcome === undefined) return false
    if (!this.#pending.has(snapshot)) return true
    if ('failure' in outcome) {
      if (this.#failedAt(snapshot, outcome.failure)) await wait(troublePause, stop)
      return true
    }
    if (this.#isLeftOut(outcome.batch)) {
      await this.#leaveOut(outcome.batch)
      return true
    }
    const unit = await orNothing(this.#unit(outcome.batch), kill)
    const delivered = unit && (await this.#deliver(unit, stop, kill))
    if (delivered === undefined) return false
    for (const batch of delivered) {
      if (!this.#pending.has(batch.snapshot)) continue
      this.#forget(batch.snapshot, true)
      this.#counts.snapshots++
      this.#counts.datapoints += batch.datapoints
      await this.#events.delivered(batch.snapshot, batch.datapoints)
    }
    this.#pending.putDown()
    this.#tellRoom()
    await this.#slowDown(delivered, stop)
    return true
  }

  /** Whether a snapshot that could not be processed rests now; it is dropped when no repetition will help. */
  #failedAt(snapshot: string, failure: Extract<Outcome, { failure: unknown }>['failure']): boolean {
    if (failure.outcome === 'invalid') {
      this.drop(snapshot)
      return false
    }
    this.#held.delete(snapshot)
    this.#batches.release(snapshot, this.#key, this)
    this.#resting.rest(snapshot)
    return true
  }

  /** Has a resting snapshot processed beside the others, which need not wait for it. */
  #retry(snapshot: string): void {
    void this.#batches.request(snapshot, this.#key, this.#settings.encoding, this).then((outcome) => {
      if (!this.#pending.has(snapshot)) return
      if ('failure' in outcome) {
        this.#failedAt(snapshot, outcome.failure)
        return
      }
      this.#held.set(snapshot, outcome.batch.datapoints)
      this.#resting.isReady(snapshot)
      this.#wake()
    })
  }

  #isLeftOut({ incomplete }: Batch): boolean {
    return incomplete !== undefined && this.#settings.incomplete === 'discard'
  }

  async #leaveOut({ snapshot, incomplete }: Batch): Promise<void> {
    this.#forget(snapshot, true)
    const facts = { dispatcher: this.name, snapshot, reason: incomplete }
    const text = `${this.name}: snapshot ${snapshot} is incomplete, and left out (incomplete = discard): ${incomplete}`
    this.#leftOuts.again('warn', facts, text)
    await this.#events.leftOut(snapshot)
  }

  /** Says once that nothing more is lost: when half of its backlog is free, so that it is not full again at once. */
  #tellRoom(): void {
    const { size } = this.#pending
    if (2 * size > this.#settings.backlog.most) return
    const facts = { dispatcher: this.name, waiting: size }
    this.#drops.over(
      facts,
      (times) => `${this.name}: there is room in its backlog again, ${times} snapshots were dropped`,
    )
  }

  /** While a backlog drains, no more than `maxRate` datapoints a second. */
  async #slowDown(unit: readonly Batch[], stop: AbortSignal): Promise<void> {
    const { maxRate } = this.#settings
    if (maxRate === 0 || this.#pending.size === 0) return
    await wait(unit.reduce((sum, { datapoints }) => sum + datapoints, 0) / maxRate, stop)
  }

  /** The first batch, and those right behind it that are in hand and fit. */
  async #unit(first: Batch): Promise<Batch[]> {
    const unit = [first]
    let datapoints = first.datapoints
    const { maxRate } = this.#settings
    const together = Math.min(this.#settings.together, maxRate === 0 ? Number.POSITIVE_INFINITY : maxRate)
    const { snapshots } = this.#pending
    for (const snapshot of snapshots.slice(snapshots.indexOf(first.snapshot) + 1)) {
      if (this.#resting.has(snapshot)) continue
      if (datapoints >= together || !this.#batches.has(snapshot, this.#key, this)) break
      const outcome = await this.#batches.request(snapshot, this.#key, this.#settings.encoding, this)
      if ('failure' in outcome || this.#isLeftOut(outcome.batch)) break
      if (datapoints + outcome.batch.datapoints > together) break
      datapoints += outcome.batch.datapoints
      unit.push(outcome.batch)
    }
    this.#lastSize = (unit.at(-1) as Batch).datapoints
    return unit
  }

  /**
   * What was delivered of a unit: all that nobody dropped between two attempts; it stays in hand. `undefined` when stopped
   * before.
   */
  async #deliver(unit: readonly Batch[], stop: AbortSignal, kill: AbortSignal): Promise<readonly Batch[] | undefined> {
    const { sink } = this.#settings
    while (!kill.aborted) {
      if ((sink.deaths ?? 0) > this.#deaths) this.#peerDied()
      const wanted = unit.filter(({ snapshot }) => this.#pending.has(snapshot))
      if (wanted.length === 0) return []
      this.#pending.take(wanted.map(({ snapshot }) => snapshot))
      try {
        await sink.send([...this.#toReplay, ...wanted], kill)
        this.#succeeded(wanted)
        return wanted
      } catch (error) {
        if (kill.aborted) return undefined
        this.#pending.putDown()
        const seconds = this.#backoff.failed()
        this.#failed(error, seconds)
        if (stop.aborted) return undefined
        await wait(seconds, stop)
        if (stop.aborted) return undefined
      }
    }
    return undefined
  }

  /** What it took shortly before goes out once more, before anything else. */
  #peerDied(): void {
    this.#deaths = this.#settings.sink.deaths ?? 0
    const again = this.#recent.since(performance.now())
    if (again.length > this.#toReplay.length) this.#toReplay = again
  }

  #failed(error: unknown, seconds: number): void {
    this.#counts.retries++
    this.#pending.endTolerance()
    this.#reason = reasonOf(error)
    const facts = { dispatcher: this.name, reason: this.#reason, failures: this.#backoff.failures }
    if (this.#backoff.failures > 1) {
      this.#log.debug(facts, `${this.name}: failed again, next attempt in ${seconds.toFixed(1)} s`)
      return
    }
    this.#peerDied()
    this.#failingSince = performance.now()
    this.#log.warn(facts, `${this.name}: delivery failed, snapshots wait in the queue until it works: ${facts.reason}`)
  }

  #succeeded(unit: readonly Batch[]): void {
    const replayed = this.#toReplay
    this.#recent.add([...replayed, ...unit], performance.now())
    this.#toReplay = []
    this.#reason = undefined
    this.#counts.replayed += replayed.length
    if (replayed.length > 0) {
      const facts = { dispatcher: this.name, snapshots: replayed.length }
      this.#log.info(
        facts,
        `${this.name}: sent ${replayed.length} snapshots again, which it took shortly before it died`,
      )
    }
    const { failures } = this.#backoff
    this.#backoff.succeeded()
    if (unit.some(({ incomplete }) => incomplete === undefined)) this.#tellComplete()
    if (failures === 0) return
    const seconds = Math.round((performance.now() - this.#failingSince) / 100) / 10
    this.#log.info(
      { dispatcher: this.name, failures, seconds, waiting: this.#pending.size },
      `${this.name}: delivers again after ${failures} failed attempts in ${seconds} s`,
    )
  }

  #tellComplete(): void {
    const facts = { dispatcher: this.name }
    this.#leftOuts.over(facts, (times) => `${this.name}: snapshots are complete again, ${times} were left out`)
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

/** What a promise resolves to, or nothing once `signal` is aborted. */
async function orNothing<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
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

/** Regular expressions as text, so that two encodings can be told apart. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value
}
