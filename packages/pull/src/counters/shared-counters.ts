import { type Counts, lessCounts } from '@haproxystats/haproxy'
import { begunWith } from './inherited.ts'
import { countsOf, isSame, type KnownProcess, type ReadProcess, type Told, type ToldTwice } from './known-process.ts'
import { type Elder, eldersOf, isElder, leastOf, mayInherit, tellersOf, toldTogether } from './older-processes.ts'
import { evidenceOf, type Growth, growthOf } from './sharing.ts'

const none: Told = new Map()

/**
 * Finds what processes tell that an older one at their place has counted: a new process may begin with the counters that
 * the one before had saved, and processes may share them. HAProxy does not say which they are. But of requests and sessions it
 * also prints what the process has counted itself, so it shows when a process begins with more; and what is one counter
 * never has less in one answer than any process told a pull before. Once that is seen of an object, both count for themselves.
 *
 * @param before what is known of processes, these among them.
 * @param mayLive whether a process may be there that was not read.
 */
export function findToldTwice(
  read: readonly ReadProcess[],
  before: readonly KnownProcess[],
  mayLive: (process: KnownProcess) => boolean,
): Map<ReadProcess, Told> {
  const found = new Map<ReadProcess, Told>()
  for (const newer of read) {
    if (!mayInherit(newer.version)) continue
    const known = before.find((process) => isSame(process, newer))
    const elders = eldersOf(newer, read, before)
    if (elders.length === 0 && known?.twice === undefined) continue
    const twice = known === undefined ? begunWith(newer, elders) : follow(newer, known, { elders, mayLive })
    if (twice.size > 0) found.set(newer, twice)
  }
  return found
}

/** What is told twice, with a minus: of objects that an older process tells `beside` in these answers, and those that none does. */
export function withMinus(
  read: readonly ReadProcess[],
  known: readonly KnownProcess[],
): Record<'beside' | 'alone', ReadonlyMap<string, Counts>> {
  const [beside, alone] = [new Map<string, Counts>(), new Map<string, Counts>()]
  for (const newer of read) {
    const { twice = none } = known.find((process) => isSame(process, newer)) ?? {}
    const elders = read.filter((other) => isElder(other, newer))
    for (const [key, { now }] of twice) {
      const into = elders.some(({ counters }) => counters.objects.has(key)) ? beside : alone
      into.set(key, lessCounts(into.get(key) ?? [], now))
    }
  }
  return { beside, alone }
}

/** What a process tells twice that was read before, too. */
function follow(
  newer: ReadProcess,
  known: KnownProcess,
  { elders, mayLive }: { elders: readonly Elder[]; mayLive: (process: KnownProcess) => boolean },
): Told {
  const twice = new Map<string, ToldTwice>()
  const growths = new Map<Elder, Growth>()
  for (const [key, entry] of known.twice ?? none) {
    const counts = newer.counters.objects.get(key)
    const before = countsOf(known, key)
    if (counts === undefined || before === undefined) {
      twice.set(key, entry)
      continue
    }
    const left = { ...entry, first: kept(entry.first, counts, before), now: kept(entry.now, counts, before) }
    const tellers = tellersOf(key, elders)
    const [elder] = tellers
    const growth = () => {
      if (elder?.read === undefined) return undefined
      const found = growths.get(elder) ?? growthOf(newer, known, elder.read, elder.before)
      growths.set(elder, found)
      return found
    }
    const told = next(left, key, { now: counts, before, tellers, mayLive, growth })
    if (told.open || told.now.some((count) => count)) twice.set(key, told)
  }
  return twice
}

interface Following {
  readonly now: Counts
  readonly before: Counts
  readonly tellers: readonly Elder[]
  readonly mayLive: (process: KnownProcess) => boolean
  readonly growth: () => Growth
}

/** What is told twice of one object. */
function next(entry: ToldTwice, key: string, { now, before, tellers, mayLive, growth }: Following): ToldTwice {
  const [elder] = tellers
  if (!entry.open || elder === undefined) return settled(entry)
  const told = countsOf(elder.process, key) as Counts
  const both = { ...entry, now: leastOf(now, toldTogether(key, tellers)) }
  if (elder.read === undefined) return mayLive(elder.process) ? both : settled(both)
  const earlier = elder.before && countsOf(elder.before, key)
  const evidence = evidenceOf(key, { newer: now, older: told }, earlier && { newer: before, older: earlier }, growth())
  if (evidence === 'apart') return settled({ ...both, shown: false })
  return evidence === 'shared' ? { ...both, shown: true } : both
}

/** From now on each counts for itself. Counters that were never seen to grow as one were each their own before, too. */
function settled({ first, now, shown, open }: ToldTwice): ToldTwice {
  const counts = open && shown ? now : first
  return { first: counts, now: counts, open: false }
}

/** Without counters that began anew. */
function kept(counts: Counts, now: Counts, before: Counts): Counts {
  return counts.map((count, index) => ((now[index] ?? 0) < (before[index] ?? 0) ? undefined : count))
}
