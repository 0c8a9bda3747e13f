import { type Conditions, createConditions, type Fate, type Logger, reasonOf, snapshotNames } from '@haproxystats/core'
import type { Queue } from '../types/queue.ts'
import type { Trouble, Work, WorkResult } from '../types/work.ts'
import { BatchCache, type Process } from './batch-cache.ts'
import { countMissing, countValues, type SnapshotCounts } from './counts.ts'
import { DeliveredLog } from './delivered-log.ts'
import { findExcess } from './limits.ts'
import { OutputQueue, type OutputQueueSettings, type OutputStatus } from './output-queue.ts'

/** How long the program may take to stop, in seconds, whatever hangs. The unit and the README say the same. */
export const stopTime = 10

/** How much of that is for closing what is open when nothing is delivered any more. */
const closingTime = 3

/** When no reading of the queue ended for so many seconds, the program stands still; what waits afterwards is no backlog. */
export const standstill = 30

/** So many snapshots are dropped after one reading of the queue at most: new ones are not to wait for it. */
const mostDrops = 1000

/** A snapshot in the queue that some output still has to get. */
interface Waiting {
  readonly seen: number
  readonly outputs: Set<OutputQueue>
  /** The outputs that are done with it and do not have it, by name. */
  readonly without: Map<string, Fate>
  /** Settled once all marks are made that were begun. */
  marked: Promise<unknown>
  /** What keeps it from being processed now. */
  trouble?: Trouble | undefined
  /** Why it cannot be processed; then it waits only to be moved to quarantine. */
  defect?: string
  processes: number
  datapoints: number
}

/** What keeps snapshots from being processed, in words of the log. */
const troubleWords: Readonly<Record<Trouble, string>> = {
  reading: 'reading files',
  configuration: 'the configuration',
  thread: 'starting a worker thread',
  worker: 'workers that fail',
}

export interface DeliveryContext {
  readonly queue: Queue
  /** Has a worker process a snapshot. */
  readonly run: (work: Work) => Promise<WorkResult>
  readonly outputs: readonly OutputQueueSettings[]
  /** How many snapshots may be in the queue; haproxystats-pull publishes none when it is full. */
  readonly queueSize: number
  readonly log: Logger
  /** How long the sends in progress may take after the program was told to stop, in seconds. */
  readonly finishTime?: number
}

/**
 * Takes every snapshot of the queue to every output, and out of the queue once all have it, or have dropped it because too
 * many waited: so the queue does not fill up. The directory of the queue is the truth; nothing that matters is only in memory.
 *
 * The way of a snapshot: `scan` finds it, `#take` gives it to the `OutputQueue` of each output that has no mark in it, each of
 * which gets its batch from the `BatchCache`, which has it processed (`#process`) and sends it; `#finish` marks it for one
 * output after the other, and `#remove` takes it out of the queue. One that cannot be processed goes to `#quarantine`.
 */
export class Delivery {
  readonly #context: DeliveryContext
  readonly #queue: Queue
  readonly #log: Logger
  readonly #deliveredLog: DeliveredLog
  readonly #outputs: readonly OutputQueue[]
  readonly #waiting = new Map<string, Waiting>()
  /**
   * Snapshots on their way out of the queue: all outputs are done with them and they could not be taken out yet; they are being
   * moved, so that a reading may list them or not; or they left since the last reading began, which may still list them.
   */
  readonly #outgoing = new Map<string, 'done' | 'moving' | 'moved'>()
  readonly #conditions: Conditions
  readonly #counts = { taken: 0, delivered: 0, quarantined: 0, vanished: 0, leftOut: 0, dropped: 0 }
  #lastScan: Date | undefined
  #scanEnded = performance.now()
  #scanning: Promise<void> | undefined
  #scanAgain = false
  #stopped = false

  constructor(context: DeliveryContext) {
    this.#context = context
    this.#queue = context.queue
    this.#log = context.log
    this.#conditions = createConditions(context.log)
    this.#deliveredLog = new DeliveredLog(context.log)
    const cache = new BatchCache((work) => this.#process(work))
    this.#outputs = context.outputs.map((settings) => new OutputQueue(settings, cache, context.log))
  }

  get counts(): SnapshotCounts {
    return { ...this.#counts, waiting: this.#waiting.size }
  }

  /** Every output's state by its name. */
  get outputs(): ReadonlyMap<string, OutputStatus> {
    return new Map(this.#outputs.map((output) => [output.name, output.status]))
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
    return snapshotNames(this.#waiting.keys())[0]
  }

  /** Delivers until `stop`, then finishes the sends in progress, within `finishTime`. */
  async run(stop: AbortSignal): Promise<void> {
    const { finishTime = stopTime - closingTime } = this.#context
    const kill = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const stopping = () => {
      this.#stopped = true
      timer = setTimeout(() => kill.abort(), finishTime * 1000)
    }
    if (stop.aborted) stopping()
    else stop.addEventListener('abort', stopping, { once: true })
    await Promise.all(this.#outputs.map((output) => this.#deliver(output, stop, kill.signal)))
    clearTimeout(timer)
    await this.#scanning
  }

  /** Reads the queue; calls while it is being read lead to one more reading. */
  scan(): void {
    this.#scanAgain = true
    this.#scanning ??= this.#scanAll()
  }

  async #scanAll(): Promise<void> {
    while (this.#scanAgain && !this.#stopped) {
      this.#scanAgain = false
      await this.#scan()
      this.#scanEnded = performance.now()
    }
    this.#scanning = undefined
  }

  async #scan(): Promise<void> {
    try {
      for (const [snapshot, state] of this.#outgoing) if (state === 'moved') this.#outgoing.delete(snapshot)
      if (this.#lastScan === undefined || this.sinceScan > standstill) {
        for (const { pending } of this.#outputs) pending.tolerate()
      }
      const snapshots = await this.#queue.list()
      this.#conditions.end('list', 'the queue can be read again')
      this.#forgetVanished(new Set(snapshots))
      let allRead = true
      for (const snapshot of snapshots) {
        if (this.#stopped) return
        const outgoing = this.#outgoing.get(snapshot)
        const waiting = this.#waiting.get(snapshot)
        if (outgoing === 'done') await this.#remove(snapshot)
        else if (outgoing !== undefined) continue
        else if (waiting === undefined) allRead = (await this.#take(snapshot)) && allRead
        else if (waiting.defect !== undefined) await this.#quarantine(snapshot, waiting.defect)
      }
      if (allRead) this.#conditions.end('fates', 'the marks of outputs can be read again')
      this.#lastScan = new Date()
      await this.#dropExcess()
      this.#audit()
    } catch (error) {
      this.#logOnce('list', error, 'the queue cannot be read; it is read again every few seconds')
    }
  }

  #forgetVanished(present: ReadonlySet<string>): void {
    for (const [snapshot, waiting] of this.#waiting) {
      if (present.has(snapshot) || this.#outgoing.has(snapshot)) continue
      for (const output of this.#outputs) output.remove(snapshot)
      this.#endTrouble(waiting)
      this.#waiting.delete(snapshot)
      this.#counts.vanished++
      this.#log.error({ snapshot }, `snapshot ${snapshot} has vanished from the queue before it was delivered`)
    }
    for (const [snapshot, state] of this.#outgoing) {
      if (state === 'done' && !present.has(snapshot)) this.#outgoing.delete(snapshot)
    }
  }

  /** False while its marks cannot be read: it is unknown which outputs have it, and it stays where it is. */
  async #take(snapshot: string): Promise<boolean> {
    let fates: ReadonlyMap<string, Fate>
    try {
      fates = await this.#queue.fates(snapshot)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      const message = `cannot read which outputs have snapshot ${snapshot}, so it waits; trying again every few seconds`
      this.#logOnce('fates', error, message)
      return false
    }
    const outputs = this.#outputs.filter(({ name }) => !fates.has(name))
    if (outputs.length === 0) {
      await this.#remove(snapshot)
      return true
    }
    this.#counts.taken++
    this.#waiting.set(snapshot, {
      seen: performance.now(),
      outputs: new Set(outputs),
      without: new Map([...fates].filter(([, fate]) => fate !== 'delivered')),
      marked: Promise.resolve(),
      processes: 0,
      datapoints: 0,
    })
    for (const output of outputs) output.add(snapshot)
    return true
  }

  async #deliver(output: OutputQueue, stop: AbortSignal, kill: AbortSignal): Promise<void> {
    for await (const { snapshot, fate, datapoints } of output.deliver(stop, kill)) {
      await this.#finish(output, snapshot, fate, datapoints)
    }
  }

  /** What the batch cache has done for the outputs that want a snapshot. */
  async #process(work: Parameters<Process>[0]): Promise<WorkResult> {
    const { snapshot } = work
    const accounts = countValues(this.counts, this.outputs)
    const result = await this.#context.run({ ...work, path: this.#queue.pathOf(snapshot), accounts })
    const waiting = this.#waiting.get(snapshot)
    if (waiting === undefined) return result
    if (result.outcome === 'postponed') {
      this.#beginTrouble(snapshot, waiting, result)
    } else if (result.outcome === 'encoded') {
      waiting.processes = result.processes
      this.#endTrouble(waiting)
      for (const { message, facts } of result.warnings) this.#log.warn(facts, message)
    } else if (waiting.defect === undefined) {
      waiting.defect = result.reason
      this.#endTrouble(waiting)
      for (const output of this.#outputs) output.remove(snapshot)
      void this.#quarantine(snapshot, result.reason)
    }
    return result
  }

  async #dropExcess(): Promise<void> {
    for (let drops = 0; drops < mostDrops; drops++) {
      const excess = findExcess(this.#outputs, this.#waiting.size, this.#context.queueSize)
      if (excess === undefined) return
      excess.output.drop(excess.snapshot)
      await this.#finish(excess.output, excess.snapshot, 'dropped')
    }
  }

  /** An output is done with a snapshot. One that drops silently has had it, whatever it made of it. */
  async #finish(output: OutputQueue, snapshot: string, its: Fate, datapoints = 0): Promise<void> {
    const fate = output.isSilent ? 'delivered' : its
    const waiting = this.#waiting.get(snapshot)
    if (waiting === undefined) return
    waiting.outputs.delete(output)
    waiting.datapoints = Math.max(waiting.datapoints, datapoints)
    if (fate !== 'delivered') waiting.without.set(output.name, fate)
    const isLast = waiting.outputs.size === 0
    // What is lost is marked before the snapshot leaves the queue too, so that a kill between does not have it sent.
    if (!isLast || fate !== 'delivered') {
      waiting.marked = Promise.all([waiting.marked, this.#mark(snapshot, output.name, fate)])
    }
    await waiting.marked
    if (!isLast || !this.#waiting.delete(snapshot)) return
    const fates = [...waiting.without.values()]
    if (fates.includes('dropped')) this.#counts.dropped++
    else if (fates.length > 0) this.#counts.leftOut++
    else this.#counts.delivered++
    this.#logDelivered(snapshot, waiting)
    await this.#remove(snapshot)
  }

  async #mark(snapshot: string, output: string, fate: Fate): Promise<void> {
    try {
      await this.#queue.mark(snapshot, output, fate)
      this.#conditions.end('mark', 'the marks of outputs can be written again')
    } catch (error) {
      const message = `cannot mark snapshot ${snapshot} as ${fate} for ${output}; a restart would send it again`
      this.#logOnce('mark', error, message)
    }
  }

  #logDelivered(snapshot: string, { seen, processes, datapoints, without }: Waiting): void {
    const seconds = Math.round(performance.now() - seen) / 1000
    const lacking = [...without].map(([name, fate]) => `${fate === 'dropped' ? 'dropped for' : 'left out of'} ${name}`)
    const queue = this.#waiting.size
    this.#deliveredLog.add({ snapshot: Number(snapshot), processes, datapoints, seconds, queue, lacking })
  }

  async #remove(snapshot: string): Promise<void> {
    this.#outgoing.set(snapshot, 'moving')
    try {
      const notDeleted = await this.#queue.remove(snapshot)
      this.#outgoing.set(snapshot, 'moved')
      this.#conditions.end('remove', 'snapshots can be taken out of the queue again')
      if (notDeleted === undefined)
        this.#conditions.end('delete', 'the files of delivered snapshots can be deleted again')
      else {
        const message = `snapshot ${snapshot} is out of the queue, but its files cannot be deleted; trying again with later ones`
        this.#logOnce('delete', notDeleted, message)
      }
    } catch (error) {
      this.#outgoing.set(snapshot, 'done')
      this.#logOnce('remove', error, `cannot take snapshot ${snapshot} out of the queue; a restart would send it again`)
    }
  }

  /** Until it has been moved it waits, and every reading of the queue tries again. */
  async #quarantine(snapshot: string, reason: string): Promise<void> {
    this.#outgoing.set(snapshot, 'moving')
    try {
      const path = await this.#queue.quarantine(snapshot, reason)
      this.#waiting.delete(snapshot)
      this.#counts.quarantined++
      this.#outgoing.set(snapshot, 'moved')
      this.#conditions.end(`quarantine ${snapshot}`, `snapshot ${snapshot} can be moved to quarantine again`)
      const text = `snapshot ${snapshot} cannot be processed, moved to ${path}: ${reason}`
      this.#log.error({ snapshot, reason, path }, text)
    } catch (error) {
      this.#outgoing.delete(snapshot)
      this.#logOnce(`quarantine ${snapshot}`, error, `snapshot ${snapshot} cannot be moved to quarantine`)
    }
  }

  #beginTrouble(snapshot: string, waiting: Waiting, { trouble, reason }: { trouble: Trouble; reason: string }): void {
    if (waiting.trouble === trouble) return
    this.#endTrouble(waiting)
    waiting.trouble = trouble
    const message = `snapshot ${snapshot} cannot be processed now, it stays in the queue and is tried again`
    this.#logOnce(`postponed: ${trouble}`, reason, message)
  }

  /** Logs the end of a trouble with the last snapshot that had it. */
  #endTrouble(waiting: Waiting): void {
    const { trouble } = waiting
    waiting.trouble = undefined
    if (trouble === undefined || [...this.#waiting.values()].some((other) => other.trouble === trouble)) return
    const text = `no snapshot waits any more because of trouble with ${troubleWords[trouble]}`
    this.#conditions.end(`postponed: ${trouble}`, text, { trouble })
  }

  /** Every snapshot that was taken is somewhere. */
  #audit(): void {
    const missing = countMissing(this.counts)
    if (missing === 0) return
    const error = new Error(`${missing} of ${this.#counts.taken} snapshots`)
    this.#logOnce('counts', error, 'a defect of the program: not every snapshot is accounted for')
  }

  /** Logs a trouble when it begins, not at every repetition. */
  #logOnce(trouble: string, error: unknown, message: string): void {
    const reason = reasonOf(error)
    this.#conditions.begin(trouble, { level: 'error', fields: { reason }, text: `${message}: ${reason}` })
  }
}
