import { type Count, type Counts, isRelease, sharableCounters } from '@haproxystats/haproxy'
import { isSame, type KnownProcess, lastCounts, type ReadProcess, startTime } from './known-process.ts'

/** An older process at the same place. */
export interface OlderProcess {
  /** As it is now, or as it was read last. */
  readonly process: KnownProcess
  readonly before: KnownProcess | undefined
  readonly read: ReadProcess | undefined
}

/** Whether a process of this release may begin with the counters of another (`stats-file`, HAProxy 3.0 and newer). */
export const mayInherit = (version: string | undefined) => isRelease(version, 3, 0)

/** Whether it may share them with others (`shm-stats-file`, HAProxy 3.3 and newer). */
export const mayShare = (version: string | undefined) => isRelease(version, 3, 3)

/** The older processes at the place of one, the newest first. */
export function findOlder(
  newer: ReadProcess,
  read: readonly ReadProcess[],
  before: readonly KnownProcess[],
): OlderProcess[] {
  const now = read.map((process) => ({
    process,
    read: process,
    before: before.find((known) => isSame(known, process)),
  }))
  const away = before
    .filter((process) => !read.some((other) => isSame(process, other)))
    .map((process) => ({ process, read: undefined, before: process }))
  const older = [...now, ...away].filter(({ process }) => isOlder(process, newer))
  return older.sort((one, other) => (isOlder(one.process, other.process) ? 1 : -1))
}

/** Whether a process was started at the same place before another. */
export function isOlder(older: KnownProcess, newer: KnownProcess): boolean {
  if (older.place !== newer.place || older === newer) return false
  const [one, other] = [startTime(older), startTime(newer)]
  return one < other || (one === other && (older.pid ?? 0) < (newer.pid ?? 0))
}

/** Those of the older processes that report an object. */
export function withObject(key: string, older: readonly OlderProcess[]): OlderProcess[] {
  return older.filter(({ process }) => lastCounts(process, key) !== undefined)
}

/**
 * What the first of them reports, or the most of those that share counters with it: they are read one after the other, so one
 * counter differs.
 */
export function highestCounts(key: string, older: readonly OlderProcess[]): Counts {
  const most: Count[] = []
  for (const { process, before } of older) {
    for (const [index, count] of (lastCounts(process, key) as Counts).entries()) {
      while (most.length <= index) most.push(undefined)
      if ((count ?? 0) > (most[index] ?? 0)) most[index] = count
    }
    if (!before?.overlap?.get(key)?.open) break
  }
  return most
}

/** What both report at least, of what can be inherited or shared. */
export function smallerCounts(one: Counts, other: Counts): Counts {
  const counts: Count[] = []
  for (const index of sharableCounters) {
    const [a, b] = [one[index], other[index]]
    if (!a || !b) continue
    while (counts.length < index) counts.push(undefined)
    if (a < b) counts[index] = a
    else counts[index] = b
  }
  return counts
}
