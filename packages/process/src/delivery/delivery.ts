import { type Logger, reasonOf } from '@haproxystats/core'
import type { Queue } from '../types/queue.ts'
import type { Work, WorkResult } from '../types/work.ts'
import { type Accounts, accountValues, unaccounted } from './accounts.ts'
import { Batches } from './batches.ts'
import { DeliveredLog } from './delivered-log.ts'
import { Lane, type LaneSettings, type LaneStatus } from './lane.ts'

/** How long, in seconds, what is in hand may take after the program was told to stop. */
export const stopTime = 10

/** How often a snapshot may be unreadable, a second apart, before it is put aside so that it does not hold up others. */
const unreadableLimit = 5

/** A snapshot that somebody still has to get. */
interface Waiting {
  readonly seen: number
  readonly lanes: Set<Lane>
  /** How often it could not be read. */
  unreadable: number
  /** Why it cannot be processed; then it waits only to be moved to quarantine. */
  defect?: string
  processes: number
  datapoints: number
}

export interface DeliveryContext {
  readonly queue: Queue
  readonly run: (work: Work) => Promise<WorkResult>
  readonly lanes: readonly LaneSettings[]
  readonly log: Logger
}

/**
 * Takes every snapshot of the queue to every dispatcher, and out of the queue once all have it. What the queue holds is
 * read from its directory; nothing that matters is only in memory.
 */
export class Delivery {
  readonly #queue: Queue
  readonly #log: Logger
  readonly #deliveredLog: DeliveredLog
  readonly #lanes: readonly Lane[]
  readonly #waiting = new Map<string, Waiting>()
  /** Snapshots that everybody has and that could not be taken out of the queue yet. */
  readonly #done = new Set<string>()
  /** Snapshots that are being moved out of the queue: a reading may list them or not. */
  readonly #leaving = new Set<string>()
  /** Snapshots that left the queue since its last reading began, which may list them still. */
  readonly #left = new Set<string>()
  readonly #told = new Set<string>()
  readonly #counts = { taken: 0, delivered: 0, quarantined: 0, vanished: 0 }
  #lastScan: Date | undefined
  #scanEnded = performance.now()
  #scanning: Promise<void> | undefined
  #scanAgain = false
  #stopped = false

  constructor({ queue, run, lanes, log }: DeliveryContext) {
    this.#queue = queue
    this.#log = log
    this.#deliveredLog = new DeliveredLog(log)
    const batches = new Batches(
      (work) => run({ ...work, accounts: accountValues(this.accounts, this.lanes) }),
      (snapshot) => queue.pathOf(snapshot),
      (snapshot, result) => this.#processed(snapshot, result),
    )
    this.#lanes = lanes.map((settings) => {
      const lane: Lane = new Lane(
        settings,
        batches,
        { delivered: (snapshot, datapoints) => this.#delivered(lane, snapshot, datapoints) },
        log,
      )
      return lane
    })
  }

  get accounts(): Accounts {
    return { ...this.#counts, waiting: this.#waiting.size }
  }

  /** Every dispatcher's state by its name. */
  get lanes(): ReadonlyMap<string, LaneStatus> {
    return new Map(this.#lanes.map((lane) => [lane.name, lane.status]))
  }

  /** When the queue was read without an error; `undefined` before the first time. */
  get lastScan(): Date | undefined {
    return this.#lastScan
  }

  /**
   * How long ago the last reading of the queue ended, or the program began, in seconds that no clock change alters. A
   * reading that failed counts: the next may succeed, and a restart would not help.
   */
  get sinceScan(): number {
    return (performance.now() - this.#scanEnded) / 1000
  }

  /** The oldest snapshot that is not delivered. */
  get oldest(): string | undefined {
    return [...this.#waiting.keys()].reduce<string | undefined>(
      (oldest, name) => (oldest === undefined || Number(name) < Number(oldest) ? name : oldest),
      undefined,
    )
  }

  /** Delivers until `stop`, then finishes what is in hand, within a bound. */
  async run(stop: AbortSignal): Promise<void> {
    const kill = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const stopping = () => {
      this.#stopped = true
      timer = setTimeout(() => kill.abort(), stopTime * 1000)
    }
    if (stop.aborted) stopping()
    else stop.addEventListener('abort', stopping, { once: true })
    await Promise.all(this.#lanes.map((lane) => lane.run(stop, kill.signal)))
    clearTimeout(timer)
    await this.#scanning
  }

  /** Reads the queue; calls while it is being read lead to one more reading. */
  scan(): void {
    if (this.#stopped) return
    if (this.#scanning !== undefined) {
      this.#scanAgain = true
      return
    }
    this.#scanning = this.#scan().finally(() => {
      this.#scanning = undefined
      this.#scanEnded = performance.now()
      if (!this.#scanAgain) return
      this.#scanAgain = false
      this.scan()
    })
  }

  async #scan(): Promise<void> {
    try {
      this.#left.clear()
      const snapshots = await this.#queue.list()
      this.#told.delete('list')
      this.#forgetVanished(new Set(snapshots))
      for (const snapshot of snapshots) {
        if (this.#stopped) return
        if (this.#left.has(snapshot) || this.#leaving.has(snapshot)) continue
        const waiting = this.#waiting.get(snapshot)
        if (this.#done.has(snapshot)) await this.#remove(snapshot)
        else if (waiting === undefined) await this.#take(snapshot)
        else if (waiting.defect !== undefined) await this.#setAside(snapshot, waiting.defect)
      }
      this.#lastScan = new Date()
      this.#audit()
    } catch (error) {
      this.#tell('list', error, 'the queue cannot be read; trying again every few seconds')
    }
  }

  async #take(snapshot: string): Promise<void> {
    const delivered = await this.#queue.deliveredTo(snapshot)
    const lanes = this.#lanes.filter(({ name }) => !delivered.has(name))
    if (lanes.length === 0) return this.#remove(snapshot)
    this.#counts.taken++
    this.#waiting.set(snapshot, {
      seen: performance.now(),
      lanes: new Set(lanes),
      unreadable: 0,
      processes: 0,
      datapoints: 0,
    })
    for (const lane of lanes) lane.add(snapshot)
  }

  #forgetVanished(present: ReadonlySet<string>): void {
    for (const snapshot of this.#waiting.keys()) {
      if (present.has(snapshot) || this.#leaving.has(snapshot)) continue
      for (const lane of this.#lanes) lane.drop(snapshot)
      this.#waiting.delete(snapshot)
      this.#counts.vanished++
      this.#log.error({ snapshot }, `snapshot ${snapshot} has vanished from the queue before it was delivered`)
    }
    for (const snapshot of this.#done) if (!present.has(snapshot)) this.#done.delete(snapshot)
  }

  /** A worker is through with a snapshot. */
  #processed(snapshot: string, result: WorkResult): void {
    const waiting = this.#waiting.get(snapshot)
    if (waiting === undefined) return
    if (result.outcome === 'encoded') {
      waiting.processes = result.processes
      for (const { message, facts } of result.warnings) this.#log.warn(facts, message)
      return
    }
    if (result.outcome === 'unreadable' && ++waiting.unreadable < unreadableLimit) return
    if (waiting.defect !== undefined) return
    waiting.defect = result.reason
    for (const lane of this.#lanes) lane.drop(snapshot)
    void this.#setAside(snapshot, result.reason)
  }

  /** Until it has been moved it waits, and every reading of the queue tries again. */
  async #setAside(snapshot: string, reason: string): Promise<void> {
    this.#leaving.add(snapshot)
    try {
      const path = await this.#queue.setAside(snapshot, reason)
      this.#waiting.delete(snapshot)
      this.#counts.quarantined++
      this.#left.add(snapshot)
      this.#told.delete(`quarantine ${snapshot}`)
      this.#log.error(
        { snapshot, reason, path },
        `snapshot ${snapshot} cannot be processed, moved to ${path}: ${reason}`,
      )
    } catch (error) {
      this.#tell(`quarantine ${snapshot}`, error, `snapshot ${snapshot} cannot be moved to quarantine`)
    } finally {
      this.#leaving.delete(snapshot)
    }
  }

  async #delivered(lane: Lane, snapshot: string, datapoints: number): Promise<void> {
    const waiting = this.#waiting.get(snapshot)
    if (waiting === undefined) return
    waiting.lanes.delete(lane)
    waiting.datapoints = Math.max(waiting.datapoints, datapoints)
    if (waiting.lanes.size > 0) return this.#mark(snapshot, lane)
    this.#waiting.delete(snapshot)
    this.#counts.delivered++
    this.#done.add(snapshot)
    const seconds = Math.round(performance.now() - waiting.seen) / 1000
    const { processes } = waiting
    const queue = this.#waiting.size
    const told = { snapshot: Number(snapshot), processes, datapoints: waiting.datapoints, seconds, queue }
    this.#deliveredLog.tell(told)
    await this.#remove(snapshot)
  }

  async #mark(snapshot: string, lane: Lane): Promise<void> {
    try {
      await this.#queue.markDelivered(snapshot, lane.name)
      this.#told.delete('mark')
    } catch (error) {
      this.#tell('mark', error, `cannot note that ${lane.name} has snapshot ${snapshot}; a restart would send it again`)
    }
  }

  async #remove(snapshot: string): Promise<void> {
    this.#done.add(snapshot)
    this.#leaving.add(snapshot)
    try {
      await this.#queue.remove(snapshot)
      this.#left.add(snapshot)
      this.#done.delete(snapshot)
      this.#told.delete('remove')
    } catch (error) {
      this.#tell('remove', error, `cannot take snapshot ${snapshot} out of the queue; a restart would send it again`)
    } finally {
      this.#leaving.delete(snapshot)
    }
  }

  /** Every snapshot that was taken is somewhere. */
  #audit(): void {
    const missing = unaccounted(this.accounts)
    if (missing === 0) return
    const error = new Error(`${missing} of ${this.#counts.taken} snapshots`)
    this.#tell('accounts', error, 'a defect of the program: not every snapshot is accounted for')
  }

  /** Says a trouble when it begins, not at every repetition. */
  #tell(trouble: string, error: unknown, message: string): void {
    if (this.#told.has(trouble)) return
    this.#told.add(trouble)
    this.#log.error({ reason: reasonOf(error) }, `${message}: ${reasonOf(error)}`)
  }
}
