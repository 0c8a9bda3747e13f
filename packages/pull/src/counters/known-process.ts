import { type Counts, lessCounts, type ProcessCounters, statCounters } from '@haproxystats/haproxy'
import { placeOf, type SourceResult } from '../sources/source.ts'

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
  readonly overlap?: Overlap
  /** Another process was started at its place after it was read for the last time. */
  readonly replaced?: boolean
}

/** What of its counters an older process at its place has counted, by object. */
export type Overlap = ReadonlyMap<string, ObjectOverlap>

/** Counters of an object that two processes both report, by their positions in `statCounters`. */
export interface ObjectOverlap {
  /** What the older one had counted when the newer was read for the first time. */
  readonly first: Counts
  /** How much of what the newer one reports now. */
  readonly now: Counts
  /** Whether they may be the same counters, in shared memory; if not, each counts on for itself. */
  readonly open: boolean
  /** Whether both were seen to grow as one. */
  readonly shown?: boolean
}

/** A process as it was read just now. */
export interface ReadProcess extends KnownProcess {
  readonly version: string | undefined
  /** How long reading it took. */
  readonly seconds: number
}

export function readProcesses(outcomes: readonly SourceResult[], seen: number): ReadProcess[] {
  return outcomes.flatMap((outcome) => {
    if (outcome.outcome !== 'answered' || outcome.counters === undefined) return []
    const { counters, facts, seconds, alsoAt } = outcome
    const numbers = Object.entries({ pid: facts.pid, started: facts.started, uptime: facts.uptime })
    const known = Object.fromEntries(numbers.filter(([, value]) => !Number.isNaN(value)))
    const met = { place: placeOf(outcome.source), ...(alsoAt && { alsoAt }) }
    return [{ ...met, ...known, seen, counters, version: facts.version, seconds }]
  })
}

/** What is kept of a process that was read. */
export function toKnown(
  { version: _, seconds: __, ...process }: ReadProcess,
  overlap: Overlap | undefined,
): KnownProcess {
  return { ...process, ...(overlap && { overlap }) }
}

/** Whether this is the process of before; up to HAProxy 2.3 only its age tells it from another of its number. */
export function isSame(before: KnownProcess, now: KnownProcess): boolean {
  if (before.place !== now.place && !now.alsoAt?.has(before.place)) return false
  if (before.pid !== now.pid || before.started !== now.started) return false
  return before.started !== undefined || (now.uptime ?? 0) >= (before.uptime ?? 0)
}

/** When it was started, in seconds since the epoch; for a page, which does not say, long ago. */
export function startTime({ started, uptime, seen }: KnownProcess): number {
  return started ?? (uptime === undefined ? 0 : seen - uptime)
}

/** Whether a process may still be there although it was not read: its place, its master or itself did not answer. */
export function mayLive(process: KnownProcess, outcomes: readonly SourceResult[]): boolean {
  return outcomes.some(({ outcome, source }) => {
    if (outcome !== 'failed' || placeOf(source) !== process.place) return false
    return source.worker === undefined || source.worker.pid === process.pid
  })
}

/** Whether another process was started at its place after it was read for the last time. */
export function isReplaced(process: KnownProcess, read: readonly ReadProcess[]): boolean {
  return read.some((other) => other.place === process.place && startTime(other) >= process.seen)
}

/** A master that answers knows its workers: one that it does not name has ended. */
export function endedWorkers(outcomes: readonly SourceResult[]): (process: KnownProcess) => boolean {
  const workers = outcomes.filter(({ source }) => source.worker !== undefined)
  return ({ place, pid }) => {
    const named = workers.filter(({ source }) => placeOf(source) === place)
    return named.length > 0 && !named.some(({ source, outcome }) => outcome !== 'gone' && source.worker?.pid === pid)
  }
}

const stot = statCounters.indexOf('stot')

/** A page does not name its process; when sessions are fewer than before, it is another. */
export function beganAnew(before: ProcessCounters, now: ProcessCounters, fallen: readonly string[]): boolean {
  return fallen.some((key) => {
    return now.objects.has(key) && (now.objects.count(key, stot) ?? 0) < (before.objects.count(key, stot) ?? 0)
  })
}

/** The last counters of an object, listed or not. */
export function lastCounts({ counters, absent }: KnownProcess, key: string): Counts | undefined {
  return counters.objects.get(key) ?? absent?.get(key)
}

/** What a process has counted itself, object by object. */
export function ownObjects({ counters, absent, overlap }: KnownProcess): [string, Counts][] {
  return [...counters.objects, ...(absent ?? [])].map(([key, counts]) => {
    const others = overlap?.get(key)?.now
    return [key, others === undefined ? counts : lessCounts(counts, others)]
  })
}
