import { type Counts, lessCounts } from '@haproxystats/haproxy'
import { findInherited } from './inherited.ts'
import {
  isSame,
  type KnownProcess,
  lastCounts,
  type ObjectOverlap,
  type Overlap,
  type ReadProcess,
} from './known-process.ts'
import {
  findOlder,
  highestCounts,
  isOlder,
  mayInherit,
  type OlderProcess,
  smallerCounts,
  withObject,
} from './older-processes.ts'
import { findEvidence, type Growth, measureGrowth } from './sharing.ts'

const none: Overlap = new Map()

/**
 * Finds what processes report that an older one at their place has counted: a new process may begin with the counters that
 * the one before had saved, and processes may share them. HAProxy does not say which they are. But of requests and sessions it
 * also prints what the process has counted itself, so it shows when a process begins with more; and what is one counter
 * never has less in one answer than any process reported a pull before. Once that is seen of an object, both count for themselves.
 *
 * @param before what is known of processes, these among them.
 * @param mayLive whether a process may be there that was not read.
 */
export function findOverlaps(
  read: readonly ReadProcess[],
  before: readonly KnownProcess[],
  mayLive: (process: KnownProcess) => boolean,
): Map<ReadProcess, Overlap> {
  const found = new Map<ReadProcess, Overlap>()
  for (const newer of read) {
    if (!mayInherit(newer.version)) continue
    const known = before.find((process) => isSame(process, newer))
    const older = findOlder(newer, read, before)
    if (older.length === 0 && known?.overlap === undefined) continue
    const overlap = known === undefined ? findInherited(newer, older) : follow(newer, known, { older, mayLive })
    if (overlap.size > 0) found.set(newer, overlap)
  }
  return found
}

/** Overlaps with a minus: of objects that an older process reports `beside` in these answers, and of those that none does. */
export function subtractOverlaps(
  read: readonly ReadProcess[],
  known: readonly KnownProcess[],
): Record<'beside' | 'alone', ReadonlyMap<string, Counts>> {
  const [beside, alone] = [new Map<string, Counts>(), new Map<string, Counts>()]
  for (const newer of read) {
    const { overlap = none } = known.find((process) => isSame(process, newer)) ?? {}
    const older = read.filter((other) => isOlder(other, newer))
    for (const [key, { now }] of overlap) {
      const into = older.some(({ counters }) => counters.objects.has(key)) ? beside : alone
      into.set(key, lessCounts(into.get(key) ?? [], now))
    }
  }
  return { beside, alone }
}

/** The overlap of a process that was read before, too. */
function follow(
  newer: ReadProcess,
  known: KnownProcess,
  { older, mayLive }: { older: readonly OlderProcess[]; mayLive: (process: KnownProcess) => boolean },
): Overlap {
  const overlap = new Map<string, ObjectOverlap>()
  const growths = new Map<OlderProcess, Growth>()
  for (const [key, entry] of known.overlap ?? none) {
    const counts = newer.counters.objects.get(key)
    const before = lastCounts(known, key)
    if (counts === undefined || before === undefined) {
      overlap.set(key, entry)
      continue
    }
    const left = { ...entry, first: kept(entry.first, counts, before), now: kept(entry.now, counts, before) }
    const reporting = withObject(key, older)
    const [nearest] = reporting
    const growth = () => {
      if (nearest?.read === undefined) return undefined
      const found = growths.get(nearest) ?? measureGrowth(newer, known, nearest.read, nearest.before)
      growths.set(nearest, found)
      return found
    }
    const entryNow = next(left, key, { now: counts, before, reporting, mayLive, growth })
    if (entryNow.open || entryNow.now.some((count) => count)) overlap.set(key, entryNow)
  }
  return overlap
}

interface Following {
  readonly now: Counts
  readonly before: Counts
  readonly reporting: readonly OlderProcess[]
  readonly mayLive: (process: KnownProcess) => boolean
  readonly growth: () => Growth
}

/** The overlap of one object. */
function next(
  entry: ObjectOverlap,
  key: string,
  { now, before, reporting, mayLive, growth }: Following,
): ObjectOverlap {
  const [nearest] = reporting
  if (!entry.open || nearest === undefined) return settled(entry)
  const reported = lastCounts(nearest.process, key) as Counts
  const both = { ...entry, now: smallerCounts(now, highestCounts(key, reporting)) }
  if (nearest.read === undefined) return mayLive(nearest.process) ? both : settled(both)
  const earlier = nearest.before && lastCounts(nearest.before, key)
  const evidence = findEvidence(
    key,
    { newer: now, older: reported },
    earlier && { newer: before, older: earlier },
    growth(),
  )
  if (evidence === 'apart') return settled({ ...both, shown: false })
  return evidence === 'shared' ? { ...both, shown: true } : both
}

/** From now on each counts for itself. Counters that were never seen to grow as one were each their own before, too. */
function settled({ first, now, shown, open }: ObjectOverlap): ObjectOverlap {
  const counts = open && shown ? now : first
  return { first: counts, now: counts, open: false }
}

/** Without counters that began anew. */
function kept(counts: Counts, now: Counts, before: Counts): Counts {
  return counts.map((count, index) => ((now[index] ?? 0) < (before[index] ?? 0) ? undefined : count))
}
