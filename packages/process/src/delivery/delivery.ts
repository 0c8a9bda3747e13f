import { type Logger, reasonOf } from '@haproxystats/core'
import type { Queue } from '../types/queue.ts'
import type { Postponed, Trouble, Work, WorkResult } from '../types/work.ts'
import { type Accounts, accountValues, unaccounted } from './accounts.ts'
import { Batches } from './batches.ts'
import { Lane, type LaneSettings, type LaneStatus } from './lane.ts'

/** How long the program may take to end after it was told to, in seconds, whatever hangs. The unit and the README say the same. */
export const stopTime = 10

/** How much of that is for closing what is open when nothing is delivered any more. */
const closingTime = 3

/** A snapshot that somebody still has to get. */
interface Waiting {
  readonly seen: number
  readonly lanes: Set<Lane>
  /** What keeps it from being processed now. */
  trouble?: Trouble | undefined
  /** Why it cannot be processed; then it waits only to be moved to quarantine. */
  defect?: string
  processes: number
  datapoints: number
}

/** What snapshots waited for, in words of the log. */
const troubleWords: Readonly<Record<Trouble, string>> = {
  reading: 'reading files',
  configuration: 'the configuration',
  thread: 'starting a worker thread',
  worker: 'workers that fail',
}

export interface DeliveryContext {
  readonly queue: Queue
  readonly run: (work: Work) => Promise<WorkResult>
  readonly lanes: readonly LaneSettings[]
  readonly log: Logger
  /** How long what is in hand may take after the program was told to stop, in seconds. */
  readonly finishTime?: number
}

/**
 * Takes every snapshot of the queue to every dispatcher, and out of the queue once all have it. What the queue holds is
 * read from its directory; nothing that matters is only in memory.
 */
export class Delivery {
  readonly #queue: Queue
  readonly #log: Logger
  readonly #lanes: readonly Lane[]
  readonly #finishTime: number
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

  constructor({ queue, run, lanes, log, finishTime = stopTime - closingTime }: DeliveryContext) {
    this.#queue = queue
    this.#log = log
    this.#finishTime = finishTime
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

  /** Delivers until `stop`, then finishes what is in hand, within `finishTime`. */
  async run(stop: AbortSignal): Promise<void> {
    const kill = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const stopping = () => {
      this.#stopped = true
      timer = setTimeout(() => kill.abort(), this.#finishTime * 1000)
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
      processes: 0,
      datapoints: 0,
    })
    for (const lane of lanes) lane.add(snapshot)
  }

  #forgetVanished(present: ReadonlySet<string>): void {
    for (const [snapshot, waiting] of this.#waiting) {
      if (present.has(snapshot) || this.#leaving.has(snapshot)) continue
      for (const lane of this.#lanes) lane.drop(snapshot)
      this.#goesOn(waiting)
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
      this.#goesOn(waiting)
      for (const { message, facts } of result.warnings) this.#log.warn(facts, message)
      return
    }
    if (result.outcome === 'postponed') this.#postponed(snapshot, waiting, result)
    if (result.outcome === 'postponed' || waiting.defect !== undefined) return
    waiting.defect = result.reason
    this.#goesOn(waiting)
    for (const lane of this.#lanes) lane.drop(snapshot)
    void this.#setAside(snapshot, result.reason)
  }

  /** It waits for something else than a destination. */
  #postponed(snapshot: string, waiting: Waiting, { trouble, reason }: Postponed): void {
    if (waiting.trouble === trouble) return
    this.#goesOn(waiting)
    waiting.trouble = trouble
    const message = `snapshot ${snapshot} cannot be processed now, it stays in the queue and is tried again`
    this.#tell(`postponed: ${trouble}`, reason, message)
  }

  /** It waits for that no more; the last one says so. */
  #goesOn(waiting: Waiting): void {
    const { trouble } = waiting
    waiting.trouble = undefined
    if (trouble === undefined || [...this.#waiting.values()].some((other) => other.trouble === trouble)) return
    this.#told.delete(`postponed: ${trouble}`)
    this.#log.info({ trouble }, `no snapshot waits any more because of trouble with ${troubleWords[trouble]}`)
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
    this.#log.info(
      { snapshot: Number(snapshot), processes, datapoints: waiting.datapoints, seconds, queue },
      `snapshot ${snapshot}: ${waiting.datapoints} datapoints of ${processes} processes delivered in ${seconds} s`,
    )
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
