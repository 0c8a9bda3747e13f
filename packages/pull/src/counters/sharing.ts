import { type Count, type Counts, sharableCounters } from '@haproxystats/haproxy'
import type { KnownProcess, ReadProcess } from './known-process.ts'
import { estimateTolerance, isFrontend, measureExcess, readTotals, type Totals } from './totals.ts'

/** How much the excess of two processes has grown since the pull before; undefined when that is not known. */
export type Growth = (Totals & { readonly noise: number }) | undefined

/** So many requests and connections of the stats sockets there may be between two pulls. */
const asked = 20

export function measureGrowth(
  newer: ReadProcess,
  newerBefore: KnownProcess,
  older: ReadProcess,
  olderBefore: KnownProcess | undefined,
): Growth {
  if (olderBefore === undefined) return undefined
  const now = [measureExcess(newer), measureExcess(older)]
  const before = [measureExcess({ ...newer, ...newerBefore }), measureExcess({ ...older, ...olderBefore })]
  const growth = (of: keyof Totals) =>
    now.reduce((sum, totals, index) => sum + totals[of] - (before[index]?.[of] ?? 0), 0)
  return {
    requests: growth('requests'),
    sessions: growth('sessions'),
    noise: asked + estimateTolerance(newer) + estimateTolerance(older),
  }
}

export interface Pair<Of> {
  readonly newer: Of
  readonly older: Of
}

/**
 * What two answers say of an object of two processes: whether its counters are `shared`, so that each reports what the other
 * counts, or `apart`; undefined when they do not say.
 */
export function findEvidence(
  key: string,
  now: Pair<Counts>,
  before: Pair<Counts> | undefined,
  growth: Growth,
): 'shared' | 'apart' | undefined {
  if (before === undefined) return undefined
  const some = (test: (counts: Pair<Count & {}>, earlier: Pair<Count & {}>) => boolean) =>
    sharableCounters.some((index) => test(at(now, index), at(before, index)))
  if (some((counts, earlier) => counts.newer < earlier.older || counts.older < earlier.newer)) return 'apart'
  if (!some((counts, earlier) => counts.newer > earlier.newer || counts.older > earlier.older)) return undefined
  if (growth !== undefined && isFrontend(key)) {
    const rise = measureRise(now, before)
    const of = rise.requests > 0 ? 'requests' : 'sessions'
    if (rise[of] > growth.noise) return growth[of] >= rise[of] / 2 ? 'shared' : 'apart'
  }
  if (!some(({ newer, older }) => newer !== older)) return 'shared'
  return growth !== undefined && Math.max(growth.requests, growth.sessions) > growth.noise ? 'shared' : undefined
}

function at(counts: Pair<Counts>, index: number): Pair<Count & {}> {
  return { newer: counts.newer[index] ?? 0, older: counts.older[index] ?? 0 }
}

/** What was counted at least, if it is one counter. */
function measureRise(now: Pair<Counts>, before: Pair<Counts>): Totals {
  const [newer, older] = [readTotals(now.newer), readTotals(now.older)]
  const [newerBefore, olderBefore] = [readTotals(before.newer), readTotals(before.older)]
  const rise = (of: keyof Totals) => Math.max(newer[of] - newerBefore[of], older[of] - olderBefore[of])
  return { requests: rise('requests'), sessions: rise('sessions') }
}
