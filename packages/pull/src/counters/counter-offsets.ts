import {
  addCounts,
  type Count,
  type Counts,
  infoCounters,
  lessCounts,
  lostCounts,
  type ProcessCounters,
  statCounters,
} from '@haproxystats/haproxy'
import type { SourceResult } from '../sources/source.ts'
import { beganAnew, endedWorkers, isSucceeded } from './ended.ts'
import {
  isSame,
  type KnownProcess,
  knownOf,
  mayLive,
  ownObjects,
  type ReadProcess,
  readProcesses,
} from './known-process.ts'
import { addLostPeaks, type LostPeaks, leastPeaks, lostPeaks } from './peaks.ts'
import { findToldTwice, withMinus } from './shared-counters.ts'

/** The counters of an object that are no longer those of any process, and when it was last there. */
export interface CarriedObject {
  counts: Counts
  seen: number
  peaks?: LostPeaks
}

/** What is kept on the disk. */
export interface CarriedState {
  readonly processes: readonly KnownProcess[]
  readonly info: Counts
  readonly objects: ReadonlyMap<string, CarriedObject>
}

/** What is to be added to the answers of processes. */
export interface Additions {
  /** What those had counted that have ended, or were not read. */
  readonly carried: ProcessCounters
  /** What the maximum over processes must not fall below, by object, in the order of `peakCounters`. */
  readonly peaks: ReadonlyMap<string, Counts>
  /** What two of the answers tell, with a minus. */
  readonly twice: ReadonlyMap<string, Counts>
}

/** An object or a process that was not there for so many seconds is forgotten, so that what is kept stays bounded. */
const patience = 86_400

/** So many processes of one place that are not read are kept, and so many objects of all of them. */
const mostUnread = { processes: 8, objects: 50_000 }

/** So many processes that have ended are remembered where counters are shared. */
const mostEnded = 4

/** So many objects that are not there are kept at most. */
const mostAbsent = 100_000

const none: ReadonlyMap<string, Counts> = new Map()

/**
 * Carries over what processes had counted when they left or were restarted, so that sums over processes do not fall at a
 * reload. What a process counted after it was read for the last time nobody can know.
 */
export class Carried {
  #processes: readonly KnownProcess[]
  readonly #info: Counts
  readonly #objects: Map<string, CarriedObject>
  /** Places where processes share counters, and some that have ended there: a new one may go on with theirs. */
  readonly #sharing = new Set<string>()
  #ended: readonly KnownProcess[] = []

  constructor(state: CarriedState = { processes: [], info: [], objects: new Map() }) {
    this.#processes = state.processes
    this.#info = state.info
    this.#objects = new Map(state.objects)
  }

  get state(): CarriedState {
    return { processes: this.#processes, info: this.#info, objects: this.#objects }
  }

  /**
   * Takes what was read, and returns what is to be added to it. A process that was not read is kept for a while, because it may be
   * there all the same: it does not answer, or several answer in turn, or its socket was away for a moment.
   */
  update(outcomes: readonly SourceResult[], slot: number): Additions {
    const read = readProcesses(outcomes, slot)
    const ended = endedWorkers(outcomes)
    const twice = findToldTwice(read, [...this.#processes, ...this.#ended], (process) => mayLive(process, outcomes))
    for (const [{ place }, told] of twice) if ([...told.values()].some(({ shown }) => shown)) this.#sharing.add(place)
    const known = new Map(read.map((process) => [process, knownOf(process, twice.get(process))]))
    const now = new Map<KnownProcess, KnownProcess>()
    const unread: KnownProcess[] = []
    for (const process of this.#processes) {
      const same = read.find((other) => isSame(process, other))
      if (same === undefined) {
        unread.push(process)
        continue
      }
      const compared = this.#compare(process, known.get(same) as KnownProcess)
      known.set(same, compared)
      now.set(process, compared)
    }
    const kept = this.#keep(unread, outcomes, { ended, slot }).map((process) => {
      const gone = process.succeeded || (!mayLive(process, outcomes) && isSucceeded(process, read))
      if (!gone) now.set(process, process)
      return gone ? { ...process, succeeded: true } : process
    })
    this.#carryPeaks(now, slot)
    this.#processes = [...known.values(), ...kept]
    this.#forget(read, slot)
    return this.#toAdd(read, kept)
  }

  #carryPeaks(now: ReadonlyMap<KnownProcess, KnownProcess>, slot: number): void {
    const there = this.#processes.filter(({ succeeded }) => !succeeded)
    for (const { key, place, lost } of lostPeaks(there.map((before) => ({ before, now: now.get(before) })))) {
      const object = this.#object(key, slot)
      object.peaks = addLostPeaks(object.peaks, place, lost)
    }
  }

  /** Which of the processes that were not read are kept; the others have ended, as far as anybody can tell. */
  #keep(
    unread: readonly KnownProcess[],
    outcomes: readonly SourceResult[],
    { ended, slot }: { ended: (process: KnownProcess) => boolean; slot: number },
  ): KnownProcess[] {
    const kept: KnownProcess[] = []
    const places = new Map<string, number>()
    let objects = 0
    for (const process of [...unread].sort((a, b) => b.seen - a.seen)) {
      const beside = places.get(process.place) ?? 0
      const { size } = process.counters.objects
      const room = beside < mostUnread.processes && objects + size <= mostUnread.objects
      const recent = slot - process.seen <= patience
      if (!mayLive(process, outcomes) && (!room || !recent || ended(process))) {
        this.#retire(process)
        continue
      }
      kept.push(process)
      places.set(process.place, beside + 1)
      objects += size
    }
    return kept
  }

  #retire(process: KnownProcess): void {
    if (this.#sharing.has(process.place)) this.#ended = [process, ...this.#ended].slice(0, mostEnded)
    addCounts(this.#info, process.counters.info)
    for (const [key, counts] of ownObjects(process)) this.#carry(key, counts, process.seen)
  }

  #carry(key: string, counts: Counts, seen: number): void {
    addCounts(this.#object(key, seen).counts, counts)
  }

  #object(key: string, seen: number): CarriedObject {
    const object = this.#objects.get(key) ?? { counts: [], seen }
    this.#objects.set(key, object)
    return object
  }

  /**
   * The same process: only what began anew is carried (`clear counters`, a server deleted and added, 32 bits full). Returns what is
   * known of it now.
   */
  #compare(process: KnownProcess, read: KnownProcess): KnownProcess {
    const { counters: before, absent: absentBefore = none } = process
    const { counters: now } = read
    if (process.pid === undefined && beganAnew(before, now)) {
      this.#retire(process)
      return read
    }
    const lost = lostCounts(before.info, now.info, infoCounters)
    if (lost !== undefined) addCounts(this.#info, lost)
    const absent: [string, Counts][] = []
    for (const objects of [absentBefore, before.objects]) {
      for (const [key, counts] of objects) {
        const present = now.objects.get(key)
        const lost = present && lostCounts(counts, present, statCounters)
        if (lost !== undefined) this.#carry(key, withoutTwice(lost, process.twice?.get(key)?.now), read.seen)
        else if (present === undefined && counts.length > 0) absent.push([key, counts])
      }
    }
    return absent.length === 0 ? read : { ...read, absent: new Map(absent.slice(-mostAbsent)) }
  }

  #forget(read: readonly KnownProcess[], slot: number): void {
    for (const [key, object] of this.#objects) {
      if (read.some(({ counters }) => counters.objects.has(key))) object.seen = slot
    }
    const absent = [...this.#objects].filter(([, { seen }]) => seen !== slot).sort(([, a], [, b]) => b.seen - a.seen)
    for (const [index, [key, { seen }]] of absent.entries()) {
      if (index >= mostAbsent || slot - seen > patience) this.#objects.delete(key)
    }
  }

  /** Only for objects that are there now: one that was taken out of the configuration is not to live on as a counter. */
  #toAdd(read: readonly ReadProcess[], unread: readonly KnownProcess[]): Additions {
    const info = [...this.#info]
    for (const { counters } of unread) addCounts(info, counters.info)
    const isPresent = (key: string) => read.some(({ counters }) => counters.objects.has(key))
    const objects = new Map<string, Counts>()
    const add = (key: string, counts: readonly Count[]) => {
      if (!isPresent(key)) return
      const sum = objects.get(key) ?? []
      addCounts(sum, counts)
      objects.set(key, sum)
    }
    for (const [key, { counts }] of this.#objects) add(key, counts)
    for (const process of unread) for (const [key, counts] of ownObjects(process)) add(key, counts)
    const twice = withMinus(read, this.#processes)
    for (const [key, counts] of twice.alone) add(key, counts)
    const carried = { info: read.some(({ pid }) => pid !== undefined) ? info : [], objects }
    return { carried, peaks: this.#peaks(isPresent, read, unread), twice: twice.beside }
  }

  #peaks(
    isPresent: (key: string) => boolean,
    read: readonly ReadProcess[],
    unread: readonly KnownProcess[],
  ): ReadonlyMap<string, Counts> {
    const processes = this.#processes.filter(({ succeeded }) => !succeeded)
    const away = unread.filter(({ succeeded }) => !succeeded).flatMap((process) => [...process.counters.objects.keys()])
    const lost = [...this.#objects].flatMap(([key, { peaks }]) => (peaks === undefined ? [] : [key]))
    const keys = [...new Set([...lost, ...away])].filter(isPresent)
    return new Map(
      keys.flatMap((key) => {
        const counts = leastPeaks(key, this.#objects.get(key)?.peaks, { processes, read })
        return counts === undefined ? [] : [[key, counts] as const]
      }),
    )
  }
}

/** What was lost, but for what another process had counted. */
function withoutTwice(lost: Counts, twice: Counts = []): Counts {
  return lessCounts(
    lost,
    twice.map((count, index) => (lost[index] === undefined ? undefined : count)),
  )
}
