import { type Count, type Counts, lessCounts, sharableCounters } from '@haproxystats/haproxy'
import { countedBy, foreignTo, slackOf, toldBy } from './foreign-counts.ts'
import { countsOf, isSame, type KnownProcess, type ReadProcess, startOf, type ToldTwice } from './known-process.ts'
import { evidenceOf, type Growth, growthOf } from './sharing.ts'

/** An older process at the same place. */
interface Elder {
  /** As it is now, or as it was read last. */
  readonly process: KnownProcess
  readonly before: KnownProcess | undefined
  readonly read: ReadProcess | undefined
}

const stats = { major: 3, minor: 0 }
const sharing = { major: 3, minor: 3 }

/** Whether a process of this release may begin with the counters of another (`stats-file`, HAProxy 3.0 and newer). */
export function mayInherit(version: string | undefined): boolean {
  return isSince(version, stats)
}

/** Whether it may share them with others (`shm-stats-file`, HAProxy 3.3 and newer). */
export function mayShare(version: string | undefined): boolean {
  return isSince(version, sharing)
}

function isSince(version: string | undefined, since: { major: number; minor: number }): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? []
  return Number(major) > since.major || (Number(major) === since.major && Number(minor) >= since.minor)
}

/** So few sessions and requests cannot be told from those of the stats sockets themselves. */
const few = 10

type Told = ReadonlyMap<string, ToldTwice>
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
    const twice = known === undefined ? begin(newer, elders) : follow(newer, known, { elders, mayLive })
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

/** The newest first. */
function eldersOf(newer: ReadProcess, read: readonly ReadProcess[], before: readonly KnownProcess[]): Elder[] {
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

function isElder(older: KnownProcess, newer: KnownProcess): boolean {
  if (older.place !== newer.place || older === newer) return false
  const [one, other] = [startOf(older), startOf(newer)]
  return one < other || (one === other && (older.pid ?? 0) < (newer.pid ?? 0))
}

/** What a process begins with that is read for the first time. */
function begin(newer: ReadProcess, elders: readonly Elder[]): Told {
  const foreign = foreignTo(newer)
  const slack = slackOf(newer)
  const begunWith = foreign.requests > slack || foreign.sessions > slack
  const shares = mayShare(newer.version)
  if (!begunWith && !shares) return none
  const twice = new Map<string, ToldTwice>()
  const tellsMore = new Map(elders.map((elder) => [elder, shares && hasGrown(elder)]))
  for (const [key, counts] of newer.counters.objects) {
    const telling = elders.filter(({ process }) => countsOf(process, key) !== undefined)
    // Shared memory that a process has left may be given to one that is not next to it.
    const elder = (begunWith && telling.find((elder) => isWithin(counts, elder, key))) || telling[0]
    if (elder === undefined) continue
    const told = countsOf(elder.process, key) as Counts
    const earlier = elder.before && countsOf(elder.before, key)
    const open = shares && elder === telling[0] && mayShare(elder.read?.version)
    const now = least(counts, told)
    if (begunWith && !isNone(told) && isInherited(newer, counts, earlier ?? half(told))) {
      twice.set(key, { first: now, now, open })
    } else if (open && areFew(earlier ?? told) && (isNone(told) || isEqual(counts, told) || tellsMore.get(elder))) {
      const shown = earlier !== undefined && !isEqual(earlier, told)
      twice.set(key, { first: least(counts, earlier ?? told), now, open, shown })
    }
  }
  return twice
}

/** Whether a process tells more that it has not counted than a pull before. */
function hasGrown({ read, before }: Elder): boolean {
  if (read === undefined || before === undefined) return false
  const [now, earlier] = [foreignTo(read), foreignTo({ ...read, ...before })]
  return Math.max(now.requests - earlier.requests, now.sessions - earlier.sessions) > slackOf(read)
}

/** Whether these counters go on from those that the older process told last. */
function isWithin(counts: Counts, { before, process }: Elder, key: string): boolean {
  const told = countsOf(before ?? process, key)
  return told !== undefined && !isNone(told) && isAtLeast(counts, told)
}

function isAtLeast(counts: Counts, others: Counts): boolean {
  return sharableCounters.every((index) => (counts[index] ?? 0) >= (others[index] ?? 0))
}

/** Of a process that begins with counters: whether this object does. One without `guid` begins with 0. */
function isInherited(newer: ReadProcess, counts: Counts, earlier: Counts): boolean {
  if (isAtLeast(counts, earlier)) return true
  const [told, own] = [toldBy(counts), countedBy(newer)]
  return Math.max(told.requests, told.sessions) > Math.max(own.requests, own.sessions)
}

function areFew(counts: Counts): boolean {
  const { requests, sessions } = toldBy(counts)
  return Math.max(requests, sessions) <= few
}

function isNone(counts: Counts): boolean {
  return sharableCounters.every((index) => !counts[index])
}

function isEqual(one: Counts, other: Counts): boolean {
  return sharableCounters.every((index) => one[index] === other[index])
}

/** What it tells a pull later. */
function follow(
  newer: ReadProcess,
  known: KnownProcess,
  { elders, mayLive }: { elders: readonly Elder[]; mayLive: (process: KnownProcess) => boolean },
): Told {
  const twice = new Map<string, ToldTwice>()
  const growths = new Map<Elder, Growth>()
  for (const [key, entry] of known.twice ?? none) {
    const counts = newer.counters.objects.get(key)
    const begun = countsOf(known, key)
    if (counts === undefined || begun === undefined) {
      twice.set(key, entry)
      continue
    }
    const first = kept(entry.first, counts, begun)
    const elder = elders.find(({ process }) => countsOf(process, key) !== undefined)
    const told = elder && countsOf(elder.process, key)
    const next = { ...entry, first, now: kept(entry.now, counts, begun) }
    if (!entry.open || told === undefined || elder === undefined) {
      if (next.first.length > 0) twice.set(key, entry.open ? settled(next) : next)
      continue
    }
    next.now = least(counts, told)
    if (elder.read === undefined) {
      const left = mayLive(elder.process) ? next : settled(next)
      if (left.open || left.now.some((count) => count)) twice.set(key, left)
      continue
    }
    const growth = growths.get(elder) ?? growthOf(newer, known, elder.read, elder.before)
    growths.set(elder, growth)
    const earlier = elder.before && countsOf(elder.before, key)
    const evidence = evidenceOf(
      key,
      { newer: counts, older: told },
      earlier && { newer: begun, older: earlier },
      growth,
    )
    if (evidence === 'apart') {
      if (first.some((count) => count)) twice.set(key, { first, now: first, open: false })
    } else twice.set(key, evidence === 'shared' ? { ...next, shown: true } : next)
  }
  return twice
}

/** When the older process has ended: counters that were never seen to grow as one were each their own. */
function settled({ first, now, shown }: ToldTwice): ToldTwice {
  const counts = shown ? now : first
  return { first: counts, now: counts, open: false }
}

/** Without counters that began anew. */
function kept(counts: Counts, now: Counts, before: Counts): Counts {
  return counts.map((count, index) => ((now[index] ?? 0) < (before[index] ?? 0) ? undefined : count))
}

/** What both tell at least. */
function least(one: Counts, other: Counts): Counts {
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

function half(counts: Counts): Counts {
  return counts.map((count) => (count === undefined ? undefined : Number(count) / 2))
}
