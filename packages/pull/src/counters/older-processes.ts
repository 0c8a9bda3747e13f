import { type Count, type Counts, isRelease, sharableCounters } from '@haproxystats/haproxy'
import { countsOf, isSame, type KnownProcess, type ReadProcess, startOf } from './known-process.ts'

/** An older process at the same place. */
export interface Elder {
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
export function eldersOf(newer: ReadProcess, read: readonly ReadProcess[], before: readonly KnownProcess[]): Elder[] {
  const now = read.map((process) => ({
    process,
    read: process,
    before: before.find((known) => isSame(known, process)),
  }))
  const away = before
    .filter((process) => !read.some((other) => isSame(process, other)))
    .map((process) => ({ process, read: undefined, before: process }))
  const elders = [...now, ...away].filter(({ process }) => isElder(process, newer))
  return elders.sort((one, other) => (isElder(one.process, other.process) ? 1 : -1))
}

/** Whether a process was started at the same place before another. */
export function isElder(older: KnownProcess, newer: KnownProcess): boolean {
  if (older.place !== newer.place || older === newer) return false
  const [one, other] = [startOf(older), startOf(newer)]
  return one < other || (one === other && (older.pid ?? 0) < (newer.pid ?? 0))
}

/** Those of the older processes that tell an object. */
export function tellersOf(key: string, elders: readonly Elder[]): Elder[] {
  return elders.filter(({ process }) => countsOf(process, key) !== undefined)
}

/** What the first of them tells, or those that share it with it: read one after the other, they tell one counter differently. */
export function toldTogether(key: string, tellers: readonly Elder[]): Counts {
  const most: Count[] = []
  for (const { process, before } of tellers) {
    for (const [index, count] of (countsOf(process, key) as Counts).entries()) {
      while (most.length <= index) most.push(undefined)
      if ((count ?? 0) > (most[index] ?? 0)) most[index] = count
    }
    if (!before?.twice?.get(key)?.open) break
  }
  return most
}

/** What both tell at least. */
export function leastOf(one: Counts, other: Counts): Counts {
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
