import { type Counts, sharableCounters } from '@haproxystats/haproxy'
import { countedBy, foreignTo, slackOf, toldBy } from './foreign-counts.ts'
import { countsOf, type ReadProcess, type Told, type ToldTwice } from './known-process.ts'
import { type Elder, leastOf, mayShare, tellersOf, toldTogether } from './older-processes.ts'

/** So few sessions and requests cannot be told from those of the stats sockets themselves. */
const few = 10

/** What of its counters a process has from older ones that is read for the first time. */
export function begunWith(newer: ReadProcess, elders: readonly Elder[]): Told {
  const foreign = foreignTo(newer)
  const slack = slackOf(newer)
  const tellsForeign = foreign.requests > slack || foreign.sessions > slack
  const shares = mayShare(newer.version)
  if (!tellsForeign && !shares) return new Map()
  const twice = new Map<string, ToldTwice>()
  const tellsMore = new Map(elders.map((elder) => [elder, shares && hasGrown(elder)]))
  for (const [key, counts] of newer.counters.objects) {
    const tellers = tellersOf(key, elders)
    const [elder] = tellers
    if (elder === undefined) continue
    const told = countsOf(elder.process, key) as Counts
    const earlier = elder.before && countsOf(elder.before, key)
    const open = shares && mayShare(elder.read?.version)
    const now = leastOf(counts, toldTogether(key, tellers))
    const others = tellsForeign ? tellers.filter((elder) => goesOnFrom(elder, key, { newer, counts })) : []
    if (others.length > 0 || (tellsForeign && !isNone(told) && isInherited(newer, counts, earlier ?? half(told)))) {
      const first = others.map(({ process }) => leastOf(counts, countsOf(process, key) as Counts)).reduce(more, now)
      twice.set(key, { first, now: first, open })
    } else if (open && areFew(earlier ?? told) && (isNone(told) || isEqual(counts, told) || tellsMore.get(elder))) {
      const shown = earlier !== undefined && !isEqual(earlier, told)
      twice.set(key, { first: leastOf(counts, earlier ?? told), now, open, shown })
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

/**
 * Whether a process began with what this older one had told: HAProxy gives shared memory of a process that has ended to any new
 * one.
 */
function goesOnFrom(
  { before, process }: Elder,
  key: string,
  { newer, counts }: { newer: ReadProcess; counts: Counts },
): boolean {
  const told = countsOf(before ?? process, key)
  return told !== undefined && isAtLeast(counts, told) && isMoreThanOwn(newer, told)
}

/** Those with more sessions: the less a new process has counted itself, the likelier. */
function more(one: Counts, other: Counts): Counts {
  return toldBy(other).sessions > toldBy(one).sessions ? other : one
}

/** Whether a process cannot have counted so much itself. */
function isMoreThanOwn(process: ReadProcess, counts: Counts): boolean {
  const [told, own] = [toldBy(counts), countedBy(process)]
  return Math.max(told.requests, told.sessions) > Math.max(own.requests, own.sessions)
}

function isAtLeast(counts: Counts, others: Counts): boolean {
  return sharableCounters.every((index) => (counts[index] ?? 0) >= (others[index] ?? 0))
}

/** Of a process that begins with counters: whether this object does. One without `guid` begins with 0. */
function isInherited(newer: ReadProcess, counts: Counts, earlier: Counts): boolean {
  return isAtLeast(counts, earlier) || isMoreThanOwn(newer, counts)
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

function half(counts: Counts): Counts {
  return counts.map((count) => (count === undefined ? undefined : Number(count) / 2))
}
