import { type Fate, type Logger, reasonOf } from '@haproxystats/core'
import type { Queue } from '../types/queue.ts'
import type { Postponed, Trouble, Work, WorkResult } from '../types/work.ts'
import { BatchCache } from './batch-cache.ts'
import { countValues, type SnapshotCounts, unaccounted } from './counts.ts'
import { DeliveredLog } from './delivered-log.ts'
import { dropExcess } from './limits.ts'
import { OutputQueue, type OutputQueueSettings, type OutputStatus } from './output-queue.ts'

/** How long the program may take to end after it was told to, in seconds, whatever hangs. The unit and the README say the same. */
export const stopTime = 10

/** How much of that is for closing what is open when nothing is delivered any more. */
const closingTime = 3

/** When no reading of the queue ended for so many seconds, the program stands still; what waits afterwards is nobody's backlog. */
export const standstill = 30

/** A snapshot that somebody still has to get. */
interface Waiting {
  readonly seen: number
  readonly lanes: Set<OutputQueue>
  /** The dispatchers that are through with it and do not have it, by name. */
  readonly without: Map<string, Fate>
  /** Until all marks are made that were begun. */
  marked: Promise<unknown>
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
  readonly outputs: readonly OutputQueueSettings[]
  /** How many snapshots may be in the queue; haproxystats-pull publishes none when it is full. */
  readonly queueSize: number
  readonly log: Logger
  /** How long what is in hand may take after the program was told to stop, in seconds. */
  readonly finishTime?: number
}

/**
 * Takes every snapshot of the queue to every dispatcher, and out of the queue once all have it, or have lost it because too
 * many waited: so the queue does not fill up. What the queue holds is read from its directory; nothing that matters is only
 * in memory.
 */
export class Delivery {
  readonly #queue: Queue
  readonly #queueSize: number
  readonly #log: Logger
  readonly #deliveredLog: DeliveredLog
  readonly #outputs: readonly OutputQueue[]
  readonly #finishTime: number
  readonly #waiting = new Map<string, Waiting>()
  /** Snapshots that everybody has and that could not be taken out of the queue yet. */
  readonly #done = new Set<string>()
  /** Snapshots that are being moved out of the queue: a reading may list them or not. */
  readonly #leaving = new Set<string>()
  /** Snapshots that left the queue since its last reading began, which may list them still. */
  readonly #left = new Set<string>()
  readonly #told = new Set<string>()
  readonly #counts = { taken: 0, delivered: 0, quarantined: 0, vanished: 0, leftOut: 0, dropped: 0 }
  #lastScan: Date | undefined
  #scanEnded = performance.now()
  #scanning: Promise<void> | undefined
  #scanAgain = false
  #stopped = false

  constructor({ queue, run, outputs, queueSize, log, finishTime = stopTime - closingTime }: DeliveryContext) {
    this.#queue = queue
    this.#queueSize = queueSize
    this.#log = log
    this.#finishTime = finishTime
    this.#deliveredLog = new DeliveredLog(log)
    const batches = new BatchCache(
      (work) => run({ ...work, accounts: countValues(this.counts, this.outputs) }),
      (snapshot) => queue.pathOf(snapshot),
      (snapshot, result) => this.#processed(snapshot, result),
    )
    this.#outputs = outputs.map((settings) => {
      const lane: OutputQueue = new OutputQueue(
        settings,
        batches,
        {
          delivered: (snapshot, datapoints) => this.#finished(lane, snapshot, 'delivered', datapoints),
          leftOut: (snapshot) => this.#finished(lane, snapshot, 'left-out'),
        },
        log,
      )
      return lane
    })
  }

  get counts(): SnapshotCounts {
    return { ...this.#counts, waiting: this.#waiting.size }
  }

  /** Every dispatcher's state by its name. */
  get outputs(): ReadonlyMap<string, OutputStatus> {
    return new Map(this.#outputs.map((lane) => [lane.name, lane.status]))
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
    await Promise.all(this.#outputs.map((lane) => lane.run(stop, kill.signal)))
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
      if (this.#lastScan === undefined || this.sinceScan > standstill) {
        for (const { pending } of this.#outputs) pending.tolerate()
      }
      const snapshots = await this.#queue.list()
      this.#told.delete('list')
      this.#forgetVanished(new Set(snapshots))
      let allRead = true
      for (const snapshot of snapshots) {
        if (this.#stopped) return
        if (this.#left.has(snapshot) || this.#leaving.has(snapshot)) continue
        const waiting = this.#waiting.get(snapshot)
        if (this.#done.has(snapshot)) await this.#remove(snapshot)
        else if (waiting === undefined) allRead = (await this.#take(snapshot)) && allRead
        else if (waiting.defect !== undefined) await this.#quarantine(snapshot, waiting.defect)
      }
      if (allRead) this.#told.delete('fates')
      this.#lastScan = new Date()
      await dropExcess(this.#outputs, () => this.#waiting.size, {
        queueSize: this.#queueSize,
        dropped: (lane, snapshot) => this.#finished(lane, snapshot, 'dropped'),
      })
      this.#audit()
    } catch (error) {
      this.#tell('list', error, 'the queue cannot be read; trying again every few seconds')
    }
  }

  /** False while it cannot be read who has it: then it is left where it is. */
  async #take(snapshot: string): Promise<boolean> {
    const fates = await this.#fatesOf(snapshot)
    if (fates === undefined) return false
    const lanes = this.#outputs.filter(({ name }) => !fates.has(name))
    if (lanes.length === 0) {
      await this.#remove(snapshot)
      return true
    }
    this.#counts.taken++
    this.#waiting.set(snapshot, {
      seen: performance.now(),
      lanes: new Set(lanes),
      without: new Map([...fates].filter(([, fate]) => fate !== 'delivered')),
      marked: Promise.resolve(),
      processes: 0,
      datapoints: 0,
    })
    for (const lane of lanes) lane.add(snapshot)
    return true
  }

  async #fatesOf(snapshot: string): Promise<ReadonlyMap<string, Fate> | undefined> {
    try {
      return await this.#queue.fates(snapshot)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      const message = `cannot read which outputs have snapshot ${snapshot}, so it waits; trying again every few seconds`
      this.#tell('fates', error, message)
      return undefined
    }
  }

  #forgetVanished(present: ReadonlySet<string>): void {
    for (const [snapshot, waiting] of this.#waiting) {
      if (present.has(snapshot) || this.#leaving.has(snapshot)) continue
      for (const lane of this.#outputs) lane.drop(snapshot)
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
    for (const lane of this.#outputs) lane.drop(snapshot)
    void this.#quarantine(snapshot, result.reason)
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
  async #quarantine(snapshot: string, reason: string): Promise<void> {
    this.#leaving.add(snapshot)
    try {
      const path = await this.#queue.quarantine(snapshot, reason)
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

  /** A dispatcher is through with a snapshot. One whose losses are none has had it, whatever it made of it. */
  async #finished(lane: OutputQueue, snapshot: string, its: Fate, datapoints = 0): Promise<void> {
    const fate = lane.isSilent ? 'delivered' : its
    const waiting = this.#waiting.get(snapshot)
    if (waiting === undefined) return
    waiting.lanes.delete(lane)
    waiting.datapoints = Math.max(waiting.datapoints, datapoints)
    if (fate !== 'delivered') waiting.without.set(lane.name, fate)
    const isLast = waiting.lanes.size === 0
    // What is lost is noted before the snapshot leaves the queue too, so that a kill between does not have it sent.
    if (!isLast || fate !== 'delivered') {
      waiting.marked = Promise.all([waiting.marked, this.#mark(snapshot, lane, fate)])
    }
    await waiting.marked
    if (!isLast || !this.#waiting.delete(snapshot)) return
    const fates = [...waiting.without.values()]
    if (fates.includes('dropped')) this.#counts.dropped++
    else if (fates.length > 0) this.#counts.leftOut++
    else this.#counts.delivered++
    this.#done.add(snapshot)
    this.#tellDelivered(snapshot, waiting)
    await this.#remove(snapshot)
  }

  #tellDelivered(snapshot: string, { seen, processes, datapoints, without }: Waiting): void {
    const seconds = Math.round(performance.now() - seen) / 1000
    const lacking = [...without].map(([name, fate]) => `${fate === 'dropped' ? 'dropped for' : 'left out of'} ${name}`)
    const queue = this.#waiting.size
    this.#deliveredLog.tell({ snapshot: Number(snapshot), processes, datapoints, seconds, queue, lacking })
  }

  async #mark(snapshot: string, lane: OutputQueue, fate: Fate): Promise<void> {
    try {
      await this.#queue.mark(snapshot, lane.name, fate)
      this.#told.delete('mark')
    } catch (error) {
      const message = `cannot note that ${lane.name} is through with snapshot ${snapshot}; a restart would send it again`
      this.#tell('mark', error, message)
    }
  }

  async #remove(snapshot: string): Promise<void> {
    this.#done.add(snapshot)
    this.#leaving.add(snapshot)
    try {
      const leftover = await this.#queue.remove(snapshot)
      this.#left.add(snapshot)
      this.#done.delete(snapshot)
      this.#told.delete('remove')
      if (leftover === undefined) this.#told.delete('leftover')
      else {
        const message = `snapshot ${snapshot} is out of the queue, but its files cannot be deleted; trying again with later ones`
        this.#tell('leftover', leftover, message)
      }
    } catch (error) {
      this.#tell('remove', error, `cannot take snapshot ${snapshot} out of the queue; a restart would send it again`)
    } finally {
      this.#leaving.delete(snapshot)
    }
  }

  /** Every snapshot that was taken is somewhere. */
  #audit(): void {
    const missing = unaccounted(this.counts)
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
