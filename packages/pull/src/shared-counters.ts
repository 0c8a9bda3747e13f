import { addCounts, type Count, type Counts, type ProcessCounters, statCounters } from '@haproxystats/haproxy'
import { type Outcome, placeOf } from './ask-source.ts'

type Answered = Extract<Outcome, { outcome: 'answered' }>

/** Counters of an object that another process tells too, by their positions in `statCounters`. */
export type SharedCounts = ReadonlyMap<string, ReadonlySet<number>>

/** Without these an object shares nothing. */
const telling = ['stot', 'bin', 'bout'].map((name) => statCounters.indexOf(name))

const sharing = { major: 3, minor: 3 }

/** Whether workers of this release may share counters (`shm-stats-file`, HAProxy 3.3 and newer). */
export function mayShare(version: string | undefined): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? []
  return Number(major) > sharing.major || (Number(major) === sharing.major && Number(minor) >= sharing.minor)
}

/**
 * Finds counters that several workers of one master share, so that each of them tells them all and a sum would double
 * them. HAProxy does not say which they are; but what is one counter never has less in one answer than any of its workers
 * told a pull before, while two counters of their own pass each other in all they count only by chance.
 */
export class SharedCounters {
  #before = new Map<string, ProcessCounters>()

  /**
   * Leaves shared counters to the newest worker that tells them. Returns the outcomes with what is left of the others, and what has to
   * be taken from the sum of all answers.
   */
  separate(outcomes: readonly Outcome[]): { outcomes: readonly Outcome[]; twice: ReadonlyMap<string, Counts> } {
    const workers = outcomes.filter(
      (outcome): outcome is Answered =>
        outcome.outcome === 'answered' && outcome.source.worker !== undefined && outcome.counters !== undefined,
    )
    const sharers = workers.filter(({ facts }) => mayShare(facts.version))
    const newestFirst = [...sharers].sort((a, b) => a.facts.uptime - b.facts.uptime)
    const twice = new Map<string, Counts>()
    const separated = new Map<Outcome, Outcome>()
    for (const [index, older] of newestFirst.entries()) {
      const newer = newestFirst.slice(0, index).filter(({ source }) => placeOf(source) === placeOf(older.source))
      const shared = new Map<string, ReadonlySet<number>>()
      for (const other of newer) {
        for (const [key, fields] of this.#sharedBy(other, older)) shared.set(key, fields)
      }
      if (shared.size > 0) separated.set(older, withoutShared(older, shared, twice))
    }
    this.#before = new Map(sharers.map((worker) => [processKey(worker), worker.counters as ProcessCounters]))
    return { outcomes: outcomes.map((outcome) => separated.get(outcome) ?? outcome), twice }
  }

  #sharedBy(newer: Answered, older: Answered): Map<string, ReadonlySet<number>> {
    const shared = new Map<string, ReadonlySet<number>>()
    const [newerBefore, olderBefore] = [newer, older].map((worker) => this.#before.get(processKey(worker))?.objects)
    for (const [key, counts] of older.counters?.objects ?? []) {
      const others = newer.counters?.objects.get(key)
      if (others === undefined) continue
      const before = { newer: newerBefore?.get(key), older: olderBefore?.get(key) }
      const fields = sharedFields({ newer: others, older: counts }, before)
      if (telling.every((field) => fields.has(field) || counts[field] === undefined) && fields.size > 0) {
        shared.set(key, fields)
      }
    }
    return shared
  }
}

interface Pair<Of> {
  readonly newer: Of
  readonly older: Of
}

/** The counters of an object that two workers tell alike. */
function sharedFields(now: Pair<Counts>, before: Pair<Counts | undefined>): ReadonlySet<number> {
  const fields = new Set<number>()
  for (const [index, count] of now.older.entries()) {
    if (count === undefined) continue
    const told = { newer: now.newer[index] ?? 0, older: count }
    const earlier = { newer: before.newer?.[index] ?? 0, older: before.older?.[index] ?? 0 }
    if (isShared(told, earlier, before)) fields.add(index)
  }
  return fields
}

function isShared(now: Pair<number | bigint>, before: Pair<number | bigint>, known: Pair<unknown>): boolean {
  if (known.older === undefined) return now.newer === now.older
  if (now.newer < before.older || now.older < before.newer) return false
  // A worker that is read for the first time has nothing to compare with but what the other may have counted meanwhile.
  return known.newer !== undefined || Number(now.newer) <= 2 * Number(now.older) - Number(before.older)
}

function withoutShared(outcome: Answered, shared: SharedCounts, twice: Map<string, Counts>): Outcome {
  const { info, objects } = outcome.counters as ProcessCounters
  const left = new Map<string, Counts>()
  for (const [key, counts] of objects) {
    const fields = shared.get(key)
    if (fields === undefined) {
      left.set(key, counts)
      continue
    }
    const own = counts.map((count, index): Count => (fields.has(index) ? undefined : count))
    const others = counts.map((count, index): Count => (fields.has(index) ? count : undefined))
    const sum = twice.get(key) ?? []
    addCounts(sum, others)
    twice.set(key, sum)
    left.set(key, own)
  }
  return { ...outcome, counters: { info, objects: left }, shared }
}

function processKey({ source, facts }: Answered): string {
  return `${source.text} ${facts.started}`
}
