import { type Counts, peakCounters, statCounters } from '@haproxystats/haproxy'
import { countsOf, type KnownProcess } from './known-process.ts'

/** By place: what processes had counted that are there no longer, in the order of `peakCounters`. */
export type LostPeaks = ReadonlyMap<string, readonly number[]>

/** A process before and after a pull; `now` is absent when it has ended, or another was started in its place. */
export interface Succession {
  readonly before: KnownProcess
  readonly now: KnownProcess | undefined
}

/** The counters that every process counts for itself, as indexes into `statCounters`. */
const peaks = peakCounters.map((name) => statCounters.indexOf(name))

/** The places of more are kept as one. */
const mostPlaces = 8

/**
 * What was lost between two pulls of counters whose maximum over processes counts, by object and place. Processes of one place that
 * live at a time see the same; so what one of those had counted that go on is not lost with another.
 */
export function lostPeaks(all: readonly Succession[]): { key: string; place: string; lost: number[] }[] {
  const places = new Map<string, Succession[]>()
  for (const one of all) places.set(one.before.place, [...(places.get(one.before.place) ?? []), one])
  return [...places].flatMap(([place, successions]) => {
    const keys = new Set(successions.flatMap(fallenKeys))
    return [...keys].map((key) => ({ key, place, lost: peaks.map((index) => lostAt(key, index, successions)) }))
  })
}

function fallenKeys({ before, now }: Succession): string[] {
  if (before === now) return []
  const keys: string[] = []
  for (const objects of [before.counters.objects, before.absent ?? []]) {
    for (const [key, counts] of objects) {
      const fell = peaks.some((index) => counts[index] && ownCount(now, key, index) < ownCount(before, key, index))
      if (fell) keys.push(key)
    }
  }
  return keys
}

/** What the process with most of it had, beyond what those had that go on with theirs. */
function lostAt(key: string, index: number, successions: readonly Succession[]): number {
  let [most, left] = [0, 0]
  for (const { before, now } of successions) {
    const value = ownCount(before, key, index)
    most = Math.max(most, value)
    if (ownCount(now, key, index) >= value) left = Math.max(left, value)
  }
  return most - left
}

/** What a process has counted itself. */
function ownCount(process: KnownProcess | undefined, key: string, index: number): number {
  const count = process && countsOf(process, key)?.[index]
  if (count === undefined) return 0
  return Number(count) - Number(process?.twice?.get(key)?.now[index] ?? 0)
}

/** With more of it. */
export function addLostPeaks(before: LostPeaks | undefined, place: string, lost: readonly number[]): LostPeaks {
  const all = new Map(before)
  const old = all.get(place)
  all.set(
    place,
    lost.map((count, index) => count + (old?.[index] ?? 0)),
  )
  if (all.size <= mostPlaces) return all
  const places = [...all.values()]
  return new Map([['', peaks.map((_, index) => Math.max(...places.map((counts) => counts[index] ?? 0)))]])
}

/**
 * What the maximum of an object over processes must not fall below: at each place what is lost, and what the process with most of it
 * has counted. In the order of `peakCounters`; undefined when the processes that were read tell as much themselves.
 *
 * @param processes those that may be there, read or not.
 */
export function leastPeaks(
  key: string,
  lost: LostPeaks | undefined,
  { processes, read }: { processes: readonly KnownProcess[]; read: readonly KnownProcess[] },
): Counts | undefined {
  const most = (of: readonly KnownProcess[], value: (process: KnownProcess) => number) =>
    of.reduce((sum, process) => Math.max(sum, value(process)), 0)
  const least = peaks.map((index, peak) => {
    const own = (process: KnownProcess) => ownCount(process, key, index) + (lost?.get(process.place)?.[peak] ?? 0)
    const gone = Math.max(0, ...[...(lost?.values() ?? [])].map((counts) => counts[peak] ?? 0))
    return Math.max(gone, most(processes, own))
  })
  const told = peaks.map((index) => most(read, (process) => Number(process.counters.objects.get(key)?.[index] ?? 0)))
  return least.some((count, peak) => count > (told[peak] as number)) ? least : undefined
}
