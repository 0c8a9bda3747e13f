import {
  addCounts,
  type Count,
  type Counts,
  infoCounters,
  lessCounts,
  lostCounts,
  statCounters,
} from '@haproxystats/haproxy'
import type { SourceResult } from '../sources/source.ts'
import {
  beganAnew,
  endedWorkers,
  isReplaced,
  isSame,
  type KnownProcess,
  mayLive,
  ownObjects,
  type ReadProcess,
  readProcesses,
  toKnown,
} from './known-process.ts'
import { findOverlaps, subtractOverlaps } from './overlap.ts'
import { addPeakOffsets, lostPeaks, lowestPeaks, type PeakOffsets } from './peak-offsets.ts'

/** What ended processes had counted of an object. */
export interface ObjectOffset {
  counts: Counts
  /** The snapshot in which the object was last; undefined when that is the last one. */
  seen?: number | undefined
  peaks?: PeakOffsets
}

/** What is kept on the disk. */
export interface OffsetState {
  readonly processes: readonly KnownProcess[]
  readonly info: Counts
  readonly objects: ReadonlyMap<string, ObjectOffset>
  /** The last snapshot. */
  readonly slot: number
  /** Changes with `objects`. */
  readonly revision: number
}

/** What is to be added to the answers of processes. */
export interface Additions {
  /** What those had counted that have ended, or were not read. */
  readonly info: Counts
  readonly objects: ReadonlyMap<string, Counts>
  /** What the maximum over processes must not fall below, by object, in the order of `peakCounters`. */
  readonly peaks: ReadonlyMap<string, Counts>
  /** What two of the answers both report, with a minus. */
  readonly overlap: ReadonlyMap<string, Counts>
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
 * Counter offsets: what processes had counted when they ended or were restarted, so that sums over processes do not fall at a
 * reload. What a process counted after it was read for the last time is lost.
 *
 * As a rule the same processes answer with the same rows at every pull, and nothing falls: then all is compared in arrays of
 * numbers, and what is to be added is what was added before.
 */
export class CounterOffsets {
  #processes: readonly KnownProcess[]
  readonly #info: Counts
  readonly #objects: Map<string, ObjectOffset>
  #slot: number
  /** Changes with `#info` and `#objects`. */
  #revision = 0
  #last: { readonly inputs: readonly unknown[]; readonly objects: ReadonlyMap<string, Counts> } | undefined
  /** Places where processes share counters, and some that have ended there: a new one may go on with theirs. */
  readonly #sharing = new Set<string>()
  #ended: readonly KnownProcess[] = []

  constructor(state: Partial<OffsetState> = {}) {
    this.#processes = state.processes ?? []
    this.#info = state.info ?? []
    this.#objects = new Map(state.objects)
    this.#slot = state.slot ?? 0
  }

  get state(): OffsetState {
    const [processes, info, objects] = [this.#processes, this.#info, this.#objects]
    return { processes, info, objects, slot: this.#slot, revision: this.#revision }
  }

  /**
   * Takes what was read, and returns what is to be added to it. A process that was not read is kept for a while, because it may be
   * there all the same: it does not answer, or several answer in turn, or its socket was away for a moment.
   */
  update(outcomes: readonly SourceResult[], slot: number): Additions {
    const read = readProcesses(outcomes, slot)
    const ended = endedWorkers(outcomes)
    const overlaps = findOverlaps(read, [...this.#processes, ...this.#ended], (process) => mayLive(process, outcomes))
    for (const [{ place }, overlap] of overlaps) {
      if ([...overlap.values()].some(({ shown }) => shown)) this.#sharing.add(place)
    }
    const known = new Map(read.map((process) => [process, toKnown(process, overlaps.get(process))]))
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
      const replaced = process.replaced || (!mayLive(process, outcomes) && isReplaced(process, read))
      if (!replaced) now.set(process, process)
      return replaced && !process.replaced ? { ...process, replaced } : process
    })
    this.#addLostPeaks(now, slot)
    this.#processes = [...known.values(), ...kept]
    this.#forget(read, slot)
    this.#slot = slot
    return this.#toAdd(read, kept)
  }

  #addLostPeaks(now: ReadonlyMap<KnownProcess, KnownProcess>, slot: number): void {
    const there = this.#processes.filter(({ replaced }) => !replaced)
    for (const { key, place, lost } of lostPeaks(there.map((before) => ({ before, now: now.get(before) })))) {
      const object = this.#object(key, slot)
      object.peaks = addPeakOffsets(object.peaks, place, lost)
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
    for (const [key, counts] of ownObjects(process)) this.#add(key, counts, process.seen)
  }

  #add(key: string, counts: Counts, seen: number): void {
    addCounts(this.#object(key, seen).counts, counts)
  }

  /** The offset of an object, to be changed. */
  #object(key: string, seen: number): ObjectOffset {
    const object = this.#objects.get(key) ?? { counts: [], seen }
    this.#objects.set(key, object)
    this.#revision++
    return object
  }

  /**
   * The same process: only what began anew is added (`clear counters`, a server deleted and added, 32 bits full). Returns what is
   * known of it now.
   */
  #compare(process: KnownProcess, read: KnownProcess): KnownProcess {
    const { counters: before, absent: absentBefore = none } = process
    const { counters: now } = read
    const fallen = before.objects.fallen(now.objects)
    if (process.pid === undefined && beganAnew(before, now, fallen)) {
      this.#retire(process)
      return read
    }
    const lost = lostCounts(before.info, now.info, infoCounters)
    if (lost !== undefined) addCounts(this.#info, lost)
    const absent: [string, Counts][] = []
    const fallenCounts = fallen.map((key) => [key, before.objects.get(key) as Counts] as const)
    for (const [key, counts] of [...absentBefore, ...fallenCounts]) {
      const present = now.objects.get(key)
      const lost = present && lostCounts(counts, present, statCounters)
      if (lost !== undefined) this.#add(key, withoutOverlap(lost, process.overlap?.get(key)?.now), read.seen)
      else if (present === undefined && counts.length > 0) absent.push([key, counts])
    }
    return absent.length === 0 ? read : { ...read, absent: new Map(absent.slice(-mostAbsent)) }
  }

  #forget(read: readonly ReadProcess[], slot: number): void {
    const absent: [string, number][] = []
    for (const [key, object] of this.#objects) {
      if (read.some(({ counters }) => counters.objects.has(key))) {
        if (object.seen !== undefined) this.#revision++
        object.seen = undefined
        continue
      }
      if (object.seen === undefined) this.#revision++
      object.seen ??= this.#slot
      absent.push([key, object.seen])
    }
    absent.sort(([, a], [, b]) => b - a)
    for (const [index, [key, seen]] of absent.entries()) {
      if (index < mostAbsent && slot - seen <= patience) continue
      this.#objects.delete(key)
      this.#revision++
    }
  }

  #toAdd(read: readonly ReadProcess[], unread: readonly KnownProcess[]): Additions {
    const info = [...this.#info]
    for (const { counters } of unread) addCounts(info, counters.info)
    const isPresent = (key: string) => read.some(({ counters }) => counters.objects.has(key))
    const overlap = subtractOverlaps(read, this.#processes)
    return {
      info: read.some(({ pid }) => pid !== undefined) ? info : [],
      objects: this.#sums(isPresent, { read, unread, alone: overlap.alone }),
      peaks: this.#peaks(isPresent, read, unread),
      overlap: overlap.beside,
    }
  }

  /** Only for objects that are there now: one that was taken out of the configuration is not to live on as a counter. */
  #sums(
    isPresent: (key: string) => boolean,
    { read, unread, alone }: { read: readonly ReadProcess[]; unread: readonly KnownProcess[]; alone: typeof none },
  ): ReadonlyMap<string, Counts> {
    const rows = read.map(({ counters }) => counters.objects.layout)
    const inputs = [this.#revision, ...rows, ...unread.map(({ counters }) => counters), alone.size > 0 ? alone : '']
    const last = this.#last
    if (inputs.length === last?.inputs.length && inputs.every((input, index) => input === last.inputs[index])) {
      return last.objects
    }
    const objects = new Map<string, Counts>()
    const add = (key: string, counts: readonly Count[]) => {
      if (!isPresent(key)) return
      const sum = objects.get(key) ?? []
      addCounts(sum, counts)
      objects.set(key, sum)
    }
    for (const [key, { counts }] of this.#objects) add(key, counts)
    for (const process of unread) for (const [key, counts] of ownObjects(process)) add(key, counts)
    for (const [key, counts] of alone) add(key, counts)
    this.#last = { inputs, objects }
    return objects
  }

  #peaks(
    isPresent: (key: string) => boolean,
    read: readonly ReadProcess[],
    unread: readonly KnownProcess[],
  ): ReadonlyMap<string, Counts> {
    const processes = this.#processes.filter(({ replaced }) => !replaced)
    const away = unread.filter(({ replaced }) => !replaced).flatMap(({ counters }) => counters.objects.layout.keys)
    const lost = [...this.#objects].flatMap(([key, { peaks }]) => (peaks === undefined ? [] : [key]))
    const found = new Map<string, Counts>()
    for (const key of new Set([...lost, ...away])) {
      const counts = isPresent(key) && lowestPeaks(key, this.#objects.get(key)?.peaks, { processes, read })
      if (counts) found.set(key, counts)
    }
    return found
  }
}

/** What was lost, but for what another process had counted. */
function withoutOverlap(lost: Counts, overlap: Counts = []): Counts {
  return lessCounts(
    lost,
    overlap.map((count, index) => (lost[index] === undefined ? undefined : count)),
  )
}
