import { isSnapshotName, readStatus, type SourceReport, type StatusFile } from '@haproxystats/core'
import type { SlotRun, UsedSlots } from '../schedule/slots.ts'
import type { Clock, Tick } from '../schedule/tick.ts'
import type { KnownSockets } from '../sources/known-sockets.ts'

/**
 * Why a slot has no snapshot although nothing failed. `taken`: the queue had something of its name; `behind`: the clock was
 * behind the newest snapshot; `missed`: the program was too late.
 */
const skipReasons = ['queue-full', 'no-source', 'taken', 'behind', 'missed'] as const

type SkipReason = (typeof skipReasons)[number]

/** The outcome of one pull; `failed`: the snapshot could not be published. */
export type PullOutcome = 'published' | 'failed' | 'queue-full' | 'no-source' | 'taken'

/** `incomplete`: published although a source did not answer; `partial`: incomplete with at least one answer. */
type Counted = PullOutcome | SkipReason | 'dropped' | 'incomplete' | 'partial'

interface SourceState {
  readonly name: string
  readonly source: string
  readonly state: SourceReport['result']
  /** Of a duplicate: the name of the source that is used. */
  readonly same?: string
  /** Since when it has this state, ISO. */
  readonly since: string
}

/** Counts the outcomes of pulls, and keeps the status file of this program. */
export class PullStatus {
  readonly #file: StatusFile
  readonly #used: UsedSlots
  readonly #sockets: KnownSockets
  readonly #clock: Clock
  readonly #counts = new Map<Counted, number>()
  #sources: readonly SourceState[] = []
  #queue: readonly string[] = []
  #lastTick: { slot: number; time: string } | undefined
  #lastPublished: number | undefined
  #lastComplete: number | undefined
  #lastBehind: number | undefined

  /** `used` and `sockets` go into the status file, for the next run. */
  constructor(file: StatusFile, { used, sockets, clock }: { used: UsedSlots; sockets: KnownSockets; clock: Clock }) {
    this.#file = file
    this.#used = used
    this.#sockets = sockets
    this.#clock = clock
  }

  /** A tick begins. */
  begin({ slot, missed }: Tick): void {
    this.#lastTick = { slot, time: this.#now() }
    this.#count('missed', missed)
    this.#write()
  }

  end(outcome: PullOutcome): void {
    this.#count(outcome)
    this.#write()
  }

  /** The clock is behind in this slot, which is counted once. */
  behind(slot: number): void {
    if (slot === this.#lastBehind) return
    this.#lastBehind = slot
    this.#count('behind')
    this.#write()
  }

  /** The snapshots in the queue, oldest first. */
  queued(snapshots: readonly string[]): void {
    this.#queue = snapshots
  }

  get queueSize(): number {
    return this.#queue.length
  }

  get lastPublished(): number | undefined {
    return this.#lastPublished
  }

  /** A snapshot is in the queue, with so many answers, and without so many. */
  published(slot: number, { answered, failed }: { answered: number; failed: number }): void {
    this.#lastPublished = slot
    this.#queue = [...this.#queue, String(slot)]
    if (failed === 0) this.#lastComplete = slot
    else this.#count('incomplete')
    if (failed > 0 && answered > 0) this.#count('partial')
  }

  get anyIncomplete(): boolean {
    return this.#counted('incomplete') > 0
  }

  dropped(snapshot: string): void {
    this.#count('dropped')
    this.#queue = this.#queue.filter((name) => name !== snapshot)
  }

  /** What was read, or should have been. */
  answered(reports: readonly SourceReport[]): void {
    const before = new Map(this.#sources.map((known) => [known.source, known]))
    this.#sources = reports.map(({ name, source, result: state, same }) => {
      const known = before.get(source)
      const since = known?.state === state ? known.since : this.#now()
      return { name, source, state, ...(same !== undefined && { same }), since }
    })
  }

  /** For the service manager, in one line. */
  get sentence(): string {
    const answered = this.#sources.filter(({ state }) => state === 'answered' || state === 'duplicate').length
    const sources = this.#sources.filter(({ state }) => state !== 'foreign').length
    const newest = this.#lastPublished === undefined ? 'no snapshot yet' : `newest snapshot ${this.#lastPublished}`
    return `${newest}, ${this.queueSize} in the queue, ${answered} of ${sources} sources answered`
  }

  async close(): Promise<void> {
    this.#write()
    await this.#file.close()
  }

  #write(): void {
    const [oldest] = this.#queue
    this.#file.update({
      lastTick: this.#lastTick,
      lastPublished: this.#lastPublished,
      lastComplete: this.#lastComplete,
      queueSize: this.#queue.length,
      oldest: oldest === undefined ? undefined : Math.round(this.#clock().wall / 1000 - Number(oldest)),
      sources: shown(this.#sources),
      sockets: this.#sockets.state,
      published: this.#counted('published'),
      partial: this.#counted('partial'),
      incomplete: this.#counted('incomplete'),
      failed: this.#counted('failed'),
      dropped: this.#counted('dropped'),
      skipped: Object.fromEntries(skipReasons.map((reason) => [reason, this.#counted(reason)])),
      usedSlots: this.#used.runs,
    })
  }

  #count(what: Counted, times = 1): void {
    this.#counts.set(what, this.#counted(what) + times)
  }

  #counted(what: Counted): number {
    return this.#counts.get(what) ?? 0
  }

  #now(): string {
    return new Date(this.#clock().wall).toISOString()
  }
}

/** Sources in the file, which bounds its size. */
const mostSources = 2000

/** Those that did not answer come first when there are too many. */
function shown(sources: readonly SourceState[]): readonly SourceState[] {
  if (sources.length <= mostSources) return sources
  const others = sources.filter(({ state }) => state !== 'answered')
  return [...others, ...sources.filter(({ state }) => state === 'answered')].slice(0, mostSources)
}

/** A run of slots that ends more seconds ahead of the clock is ignored, which bounds the wait for the clock. */
const mostAhead = 86_400

/**
 * The slots in the status file of earlier runs; none when it is missing or invalid. `now` is in seconds.
 */
export async function usedByEarlierRuns(path: string, now: number): Promise<SlotRun[]> {
  const { usedSlots, lastPublished } = readStatus(path) ?? {}
  const listed: unknown[] = Array.isArray(usedSlots) ? usedSlots : []
  const runs = [...listed, [lastPublished, lastPublished]].filter(isSlotRun)
  return runs.filter(([from, to]) => from <= to && to <= now + mostAhead).sort(([a], [b]) => a - b)
}

function isSlotRun(value: unknown): value is SlotRun {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((slot) => typeof slot === 'number' && isSnapshotName(String(slot)))
  )
}
