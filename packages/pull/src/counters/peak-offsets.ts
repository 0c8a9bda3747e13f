import { type Counts, peakCounters, statCounters } from '@haproxystats/haproxy'
import type { KnownProcess } from './known-process.ts'

/** By place: what processes had counted that are there no longer, in the order of `peakCounters`. */
export type PeakOffsets = ReadonlyMap<string, readonly number[]>

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
  const { objects } = before.counters
  const keys = now === undefined ? objects.layout.keys : objects.fallen(now.counters.objects)
  const overlapping = [...(before.overlap?.keys() ?? []), ...(now?.overlap?.keys() ?? [])]
  const all = new Set([...keys, ...overlapping, ...(before.absent?.keys() ?? [])])
  return [...all].filter((key) => peaks.some((index) => ownCount(now, key, index) < ownCount(before, key, index)))
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
  if (process === undefined) return 0
  const { objects } = process.counters
  const count = objects.has(key) ? objects.count(key, index) : process.absent?.get(key)?.[index]
  return count === undefined ? 0 : Number(count) - Number(process.overlap?.get(key)?.now[index] ?? 0)
}

/** With more of it. */
export function addPeakOffsets(before: PeakOffsets | undefined, place: string, lost: readonly number[]): PeakOffsets {
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
 * has counted. In the order of `peakCounters`; undefined when the processes that were read report as much themselves.
 *
 * @param processes those that may be there, read or not.
 */
export function lowestPeaks(
  key: string,
  lost: PeakOffsets | undefined,
  { processes, read }: { processes: readonly KnownProcess[]; read: readonly KnownProcess[] },
): Counts | undefined {
  const most = (of: readonly KnownProcess[], value: (process: KnownProcess) => number) =>
    of.reduce((sum, process) => Math.max(sum, value(process)), 0)
  const least = peaks.map((index, peak) => {
    const own = (process: KnownProcess) => ownCount(process, key, index) + (lost?.get(process.place)?.[peak] ?? 0)
    const gone = Math.max(0, ...[...(lost?.values() ?? [])].map((counts) => counts[peak] ?? 0))
    return Math.max(gone, most(processes, own))
  })
  const reported = peaks.map((index) =>
    most(read, (process) => Number(process.counters.objects.count(key, index) ?? 0)),
  )
  return least.some((count, peak) => count > (reported[peak] as number)) ? least : undefined
}
