import {
  addCounts,
  type Counts,
  infoCounters,
  lostCounts,
  type ProcessCounters,
  statCounters,
} from '@haproxystats/haproxy'
import { type Outcome, placeOf } from './ask-source.ts'
import type { SharedCounts } from './shared-counters.ts'

/** What was last seen of a process that may still be there. */
export interface KnownProcess {
  /** The address it was found at: that of its master, if it has one. */
  readonly place: string
  /** Other places at which it was met; not kept on the disk. */
  readonly alsoAt?: ReadonlySet<string>
  /** Its number, and when it was started in seconds since the epoch; undefined where HAProxy does not say (a page). */
  readonly pid?: number
  readonly started?: number
  readonly uptime?: number
  /** The snapshot for which it was read last. */
  readonly seen: number
  readonly counters: ProcessCounters
  /** Objects that this process no longer lists: left out by `leave-out`, or deleted. They may come back, and count on. */
  readonly absent?: ReadonlyMap<string, Counts>
  /** Counters that another process tells too, and goes on telling when this one has ended. Not kept on the disk. */
  readonly shared?: SharedCounts
}

/** The counters of an object that are no longer those of any process, and when it was last there. */
export interface CarriedObject {
  counts: Counts
  seen: number
}

/** What is kept on the disk. */
export interface CarriedState {
  readonly processes: readonly KnownProcess[]
  readonly info: Counts
  readonly objects: ReadonlyMap<string, CarriedObject>
}

/** An object or a process that was not there for so many seconds is forgotten, so that what is kept stays bounded. */
const patience = 86_400

/** So many processes of one place that are not read are kept, and so many objects of all of them. */
const mostUnread = { processes: 8, objects: 50_000 }

/** So many objects that are not there are kept at most. */
const mostAbsent = 100_000

const none: ReadonlyMap<string, Counts> = new Map()

const stot = statCounters.indexOf('stot')

/**
 * Carries over what processes had counted when they left or were restarted, so that sums over processes do not fall at a
 * reload. What a process counted after it was read for the last time nobody can know.
 */
export class Carried {
  #processes: readonly KnownProcess[]
  readonly #info: Counts
  readonly #objects: Map<string, CarriedObject>

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
  update(outcomes: readonly Outcome[], slot: number): ProcessCounters {
    const read = outcomes.flatMap((outcome) => processOf(outcome, slot))
    const unread: KnownProcess[] = []
    const present = new Map(read.map((process) => [process, process]))
    for (const process of this.#processes) {
      const now = read.find((other) => isSame(process, other))
      if (now === undefined) unread.push(process)
      else present.set(now, this.#compare(process, now))
    }
    const kept = this.#keep(unread, outcomes, slot)
    this.#processes = [...present.values(), ...kept]
    this.#forget(read, slot)
    return this.#toAdd(read, kept)
  }

  /** Which of the processes that were not read are kept; the others have ended, as far as anybody can tell. */
  #keep(unread: readonly KnownProcess[], outcomes: readonly Outcome[], slot: number): KnownProcess[] {
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed')
    const ended = endedWorkers(outcomes)
    const kept: KnownProcess[] = []
    const places = new Map<string, number>()
    let objects = 0
    for (const process of [...unread].sort((a, b) => b.seen - a.seen)) {
      const beside = places.get(process.place) ?? 0
      const { size } = process.counters.objects
      const room = beside < mostUnread.processes && objects + size <= mostUnread.objects
      const recent = slot - process.seen <= patience
      if (!mayLive(process, failed) && (!room || !recent || ended(process))) {
        this.#retire(process)
        continue
      }
      kept.push(process)
      places.set(process.place, beside + 1)
      objects += size
    }
    return kept
  }

  #retire({ counters: { info, objects }, absent = none, seen }: KnownProcess): void {
    addCounts(this.#info, info)
    for (const [key, counts] of [...objects, ...absent]) this.#carry(key, counts, seen)
  }

  #carry(key: string, counts: Counts, seen: number): void {
    const object = this.#objects.get(key)
    if (object !== undefined) addCounts(object.counts, counts)
    else this.#objects.set(key, { counts: [...counts], seen })
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
    for (const [key, all] of [...absentBefore, ...before.objects]) {
      const shared = read.shared?.get(key)
      const counts = shared === undefined ? all : all.map((count, index) => (shared.has(index) ? undefined : count))
      const present = now.objects.get(key)
      const lost = present && lostCounts(counts, present, statCounters)
      if (lost !== undefined) this.#carry(key, lost, read.seen)
      else if (present === undefined && counts.length > 0) absent.push([key, counts])
    }
    return absent.length === 0 ? read : { ...read, absent: new Map(absent.slice(-mostAbsent)) }
  }

  #forget(read: readonly KnownProcess[], slot: number): void {
    for (const { counters } of read) {
      for (const key of counters.objects.keys()) {
        const object = this.#objects.get(key)
        if (object !== undefined) object.seen = slot
      }
    }
    const absent = [...this.#objects].filter(([, { seen }]) => seen !== slot).sort(([, a], [, b]) => b.seen - a.seen)
    for (const [index, [key, { seen }]] of absent.entries()) {
      if (index >= mostAbsent || slot - seen > patience) this.#objects.delete(key)
    }
  }

  /** Only for objects that are there now: one that was taken out of the configuration is not to live on as a counter. */
  #toAdd(read: readonly KnownProcess[], unread: readonly KnownProcess[]): ProcessCounters {
    const info = [...this.#info]
    for (const { counters } of unread) addCounts(info, counters.info)
    const others = unread.flatMap(({ counters, absent = none }) => [counters.objects, absent])
    const objects = new Map<string, Counts>()
    for (const { counters } of read) {
      for (const key of counters.objects.keys()) {
        const parts = [this.#objects.get(key)?.counts, ...others.map((objectsOf) => objectsOf.get(key))]
        const present = parts.filter((counts) => counts !== undefined)
        if (objects.has(key) || present.length === 0) continue
        const counts: Counts = []
        for (const part of present) addCounts(counts, part)
        objects.set(key, counts)
      }
    }
    return { info: read.some(({ pid }) => pid !== undefined) ? info : [], objects }
  }
}

function processOf(outcome: Outcome, seen: number): KnownProcess[] {
  if (outcome.outcome !== 'answered' || outcome.counters === undefined) return []
  const { counters, facts, shared, alsoAt } = outcome
  const numbers = Object.entries({ pid: facts.pid, started: facts.started, uptime: facts.uptime })
  const known = Object.fromEntries(numbers.filter(([, value]) => !Number.isNaN(value)))
  return [
    { place: placeOf(outcome.source), ...known, seen, counters, ...(shared && { shared }), ...(alsoAt && { alsoAt }) },
  ]
}

/** Whether this is the process of before; up to HAProxy 2.3 only its age tells it from another of its number. */
function isSame(before: KnownProcess, now: KnownProcess): boolean {
  if (before.place !== now.place && !now.alsoAt?.has(before.place)) return false
  if (before.pid !== now.pid || before.started !== now.started) return false
  return before.started !== undefined || (now.uptime ?? 0) >= (before.uptime ?? 0)
}

/** Whether a process may still be there although it was not read: its place, its master or itself did not answer. */
function mayLive(process: KnownProcess, failed: readonly Outcome[]): boolean {
  return failed.some((outcome) => {
    if (placeOf(outcome.source) !== process.place) return false
    return outcome.source.worker === undefined || outcome.source.worker.pid === process.pid
  })
}

/** A master that answers knows its workers: one that it does not name has ended. */
function endedWorkers(outcomes: readonly Outcome[]): (process: KnownProcess) => boolean {
  const workers = outcomes.filter(({ source }) => source.worker !== undefined)
  return ({ place, pid }) => {
    const named = workers.filter(({ source }) => placeOf(source) === place)
    return named.length > 0 && !named.some(({ source, outcome }) => outcome !== 'gone' && source.worker?.pid === pid)
  }
}

/** A page does not name its process; when sessions are fewer than before, it is another. */
function beganAnew(before: ProcessCounters, now: ProcessCounters): boolean {
  for (const [key, counts] of before.objects) {
    const present = now.objects.get(key)
    if (present !== undefined && (present[stot] ?? 0) < (counts[stot] ?? 0)) return true
  }
  return false
}
