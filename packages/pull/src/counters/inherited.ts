import { type Counts, sharableCounters } from '@haproxystats/haproxy'
import { lastCounts, type ObjectOverlap, type Overlap, type ReadProcess } from './known-process.ts'
import { highestCounts, mayShare, type OlderProcess, smallerCounts, withObject } from './older-processes.ts'
import { estimateTolerance, measureExcess, ownTotals, readTotals } from './totals.ts'

/** So few sessions and requests cannot be told apart from those of the stats sockets themselves. */
const few = 10

/** What of its counters a process that is read for the first time has from older ones. */
export function findInherited(newer: ReadProcess, older: readonly OlderProcess[]): Overlap {
  const excess = measureExcess(newer)
  const tolerance = estimateTolerance(newer)
  const hasExcess = excess.requests > tolerance || excess.sessions > tolerance
  const shares = mayShare(newer.version)
  if (!hasExcess && !shares) return new Map()
  const overlap = new Map<string, ObjectOverlap>()
  const growing = new Map(older.map((process) => [process, shares && hasGrown(process)]))
  for (const [key, counts] of newer.counters.objects) {
    const reporting = withObject(key, older)
    const [nearest] = reporting
    if (nearest === undefined) continue
    const reported = lastCounts(nearest.process, key) as Counts
    const earlier = nearest.before && lastCounts(nearest.before, key)
    const open = shares && mayShare(nearest.read?.version)
    const now = smallerCounts(counts, highestCounts(key, reporting))
    const others = hasExcess ? reporting.filter((process) => goesOnFrom(process, key, { newer, counts })) : []
    if (
      others.length > 0 ||
      (hasExcess && !isNone(reported) && isInherited(newer, counts, earlier ?? half(reported)))
    ) {
      const first = others
        .map(({ process }) => smallerCounts(counts, lastCounts(process, key) as Counts))
        .reduce(more, now)
      overlap.set(key, { first, now: first, open })
    } else if (
      open &&
      areFew(earlier ?? reported) &&
      (isNone(reported) || isEqual(counts, reported) || growing.get(nearest))
    ) {
      const shown = earlier !== undefined && !isEqual(earlier, reported)
      overlap.set(key, { first: smallerCounts(counts, earlier ?? reported), now, open, shown })
    }
  }
  return overlap
}

/** Whether the excess of a process has grown since the pull before. */
function hasGrown({ read, before }: OlderProcess): boolean {
  if (read === undefined || before === undefined) return false
  const [now, earlier] = [measureExcess(read), measureExcess({ ...read, ...before })]
  return Math.max(now.requests - earlier.requests, now.sessions - earlier.sessions) > estimateTolerance(read)
}

/**
 * Whether a process began with what this older one had reported: HAProxy gives shared memory of a process that has ended to any new
 * one.
 */
function goesOnFrom(
  { before, process }: OlderProcess,
  key: string,
  { newer, counts }: { newer: ReadProcess; counts: Counts },
): boolean {
  const reported = lastCounts(before ?? process, key)
  return reported !== undefined && isAtLeast(counts, reported) && isMoreThanOwn(newer, reported)
}

/** Those with more sessions: the less a new process has counted itself, the likelier. */
function more(one: Counts, other: Counts): Counts {
  return readTotals(other).sessions > readTotals(one).sessions ? other : one
}

/** Whether a process cannot have counted so much itself. */
function isMoreThanOwn(process: ReadProcess, counts: Counts): boolean {
  const [reported, own] = [readTotals(counts), ownTotals(process)]
  return Math.max(reported.requests, reported.sessions) > Math.max(own.requests, own.sessions)
}

function isAtLeast(counts: Counts, others: Counts): boolean {
  return sharableCounters.every((index) => (counts[index] ?? 0) >= (others[index] ?? 0))
}

/** Of a process that begins with counters: whether this object does. One without `guid` begins with 0. */
function isInherited(newer: ReadProcess, counts: Counts, earlier: Counts): boolean {
  return isAtLeast(counts, earlier) || isMoreThanOwn(newer, counts)
}

function areFew(counts: Counts): boolean {
  const { requests, sessions } = readTotals(counts)
  return Math.max(requests, sessions) <= few
}

function isNone(counts: Counts): boolean {
  return sharableCounters.every((index) => !counts[index])
}

function isEqual(one: Counts, other: Counts): boolean {
  return sharableCounters.every((index) => one[index] === other[index])
}

function half(counts: Counts): Counts {
  return counts.map((count) => (count === undefined ? undefined : Number(count) / 2))
}
