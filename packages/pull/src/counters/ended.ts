import { type ProcessCounters, statCounters } from '@haproxystats/haproxy'
import { placeOf, type SourceResult } from '../sources/source.ts'
import { type KnownProcess, type ReadProcess, startOf } from './known-process.ts'

const stot = statCounters.indexOf('stot')

/** Whether another process was started at its place after it was read for the last time. */
export function isSucceeded(process: KnownProcess, read: readonly ReadProcess[]): boolean {
  return read.some((other) => other.place === process.place && startOf(other) >= process.seen)
}

/** A master that answers knows its workers: one that it does not name has ended. */
export function endedWorkers(outcomes: readonly SourceResult[]): (process: KnownProcess) => boolean {
  const workers = outcomes.filter(({ source }) => source.worker !== undefined)
  return ({ place, pid }) => {
    const named = workers.filter(({ source }) => placeOf(source) === place)
    return named.length > 0 && !named.some(({ source, outcome }) => outcome !== 'gone' && source.worker?.pid === pid)
  }
}

/** A page does not name its process; when sessions are fewer than before, it is another. */
export function beganAnew(before: ProcessCounters, now: ProcessCounters): boolean {
  for (const [key, counts] of before.objects) {
    const present = now.objects.get(key)
    if (present !== undefined && (present[stot] ?? 0) < (counts[stot] ?? 0)) return true
  }
  return false
}
