import { StatsError } from '@haproxystats/core'
import {
  type ConnectOptions,
  type ProcessFacts,
  type ProcessFingerprint,
  queryFingerprint,
} from '@haproxystats/haproxy'
import { placeOf, type Source } from './source.ts'

/** A source that has answered. */
export interface Seen {
  readonly source: Source
  readonly facts: ProcessFacts
}

/** Reads the fingerprint of the process behind a source. */
type ReadFingerprint = (source: Source) => Promise<ProcessFingerprint>

/** For a source that is no statistics page. */
export function readFingerprint(
  { text, address, worker }: Source,
  options: ConnectOptions,
): Promise<ProcessFingerprint> {
  const endpoint = 'at' in address ? address.at : address
  return queryFingerprint(text, endpoint, worker?.pid, { ...options, retries: 0 })
}

/** What is known of the process behind one source. */
interface Known {
  readonly facts: ProcessFacts
  fingerprint?: ProcessFingerprint | undefined
  /** Whether it is the process behind other sources, by their addresses. */
  readonly verdicts: Map<string, boolean>
  /** Other places at which this process was found. */
  readonly others: Set<string>
}

/** Two sources are queried in turn so often before they count as one process. */
const rounds = 3

/** Queries in one pull; the rest follows at the next. */
const mostQueries = 64

/** Two processes have ages that differ by more, in seconds; only where their start is unknown. */
const agesDiffer = 10

/**
 * Finds sources that lead to the same process: several stats sockets of it, or a worker's own socket beside that of its
 * master. Equal pid, release and start are not enough, because containers that were started together have them too. So the
 * addresses of memory pools are compared, and then both sources are queried in turn: the number of connections of one
 * process grows with every query, through whichever socket.
 */
export class Duplicates {
  readonly #known = new Map<string, Known>()
  /** The last verdict on two places, whatever processes were there. */
  readonly #last = new Map<string, boolean>()
  /** The source that was used for the process behind another at the last pull. */
  readonly #used = new Map<string, Source>()

  /**
   * The sources that are the process of another, each with the one that is used: a worker of a master, or else the first
   * in `servers`, or else the first by name. `present` are the addresses of all sources, failed ones too.
   */
  async find(seen: readonly Seen[], present: ReadonlySet<string>, read: ReadFingerprint): Promise<Map<Source, Source>> {
    for (const text of this.#known.keys()) if (!present.has(text)) this.#forget(text)
    for (const one of seen) {
      this.#update(one)
      this.#used.delete(one.source.text)
    }
    const used = new Map<string, Seen[]>()
    const found = new Map<Source, Source>()
    let left = mostQueries
    const readSome: ReadSome = async (source) => (left-- > 0 ? read(source) : undefined)
    for (const one of [...seen].sort((a, b) => rank(a.source) - rank(b.source))) {
      const key = `${one.facts.pid} ${one.facts.version}`
      const others = used.get(key) ?? []
      let same: Seen | undefined
      for (const other of others) {
        if (same === undefined && (await this.#isSame(other, one, readSome))) same = other
      }
      if (same === undefined) used.set(key, [...others, one])
      else {
        found.set(one.source, same.source)
        this.#used.set(one.source.text, same.source)
      }
    }
    return found
  }

  /** The source that was used for the process behind this one at the last pull; undefined when it was used itself. */
  usedFor({ text }: Source): Source | undefined {
    return this.#used.get(text)
  }

  /**
   * Whether a source is still the process of another that has answered now, by a query that costs HAProxy much less than
   * `show stat`: what is known of it then, undefined otherwise. Always undefined up to HAProxy 2.3.
   */
  async remains(source: Source, used: Seen, read: ReadFingerprint): Promise<ProcessFacts | undefined> {
    const [known, before] = [this.#known.get(source.text), this.#known.get(used.source.text)]
    if (!known?.fingerprint?.addresses || Number.isNaN(known.facts.started)) return undefined
    if (!before || !isLater(before.facts, used.facts) || !known.verdicts.get(used.source.text)) return undefined
    try {
      const { pid, addresses } = await read(source)
      return pid === known.fingerprint.pid && addresses === known.fingerprint.addresses ? known.facts : undefined
    } catch (error) {
      if (error instanceof StatsError) return undefined
      throw error
    }
  }

  /** Other places (`placeOf`) at which the process behind this source was found. */
  othersOf(source: Source): ReadonlySet<string> | undefined {
    const others = this.#known.get(source.text)?.others
    return others !== undefined && others.size > 0 ? others : undefined
  }

  #update({ source: { text }, facts }: Seen): void {
    const known = this.#known.get(text)
    if (known !== undefined && isLater(known.facts, facts)) {
      this.#known.set(text, { ...known, facts })
      return
    }
    this.#forget(text)
    this.#known.set(text, { facts, verdicts: new Map(), others: new Set() })
  }

  #forget(text: string): void {
    this.#known.delete(text)
    this.#used.delete(text)
    for (const { verdicts } of this.#known.values()) verdicts.delete(text)
  }

  async #isSame(one: Seen, other: Seen, read: ReadSome): Promise<boolean> {
    if (!mayBeSame(one.facts, other.facts)) return false
    const [text, otherText] = [one.source.text, other.source.text]
    const [known, otherKnown] = [this.#known.get(text) as Known, this.#known.get(otherText) as Known]
    const before = known.verdicts.get(otherText)
    if (before !== undefined) return before
    const [place, otherPlace] = [placeOf(one.source), placeOf(other.source)]
    const pair = `${place} ${otherPlace}`
    const verdict = await compare([one.source, known], [other.source, otherKnown], read)
    if (verdict === undefined) return this.#last.get(pair) ?? false
    known.verdicts.set(otherText, verdict)
    otherKnown.verdicts.set(text, verdict)
    this.#last.set(pair, verdict)
    if (verdict) {
      known.others.add(otherPlace)
      otherKnown.others.add(place)
    }
    return verdict
  }
}

/** Undefined when there were too many queries, or the answer is of another process than the one that was seen. */
type ReadSome = (source: Source) => Promise<ProcessFingerprint | undefined>

/** Undefined when it cannot be decided now. */
async function compare(
  [one, known]: readonly [Source, Known],
  [other, otherKnown]: readonly [Source, Known],
  read: ReadSome,
): Promise<boolean | undefined> {
  const query = async (source: Source, { facts }: Known) => {
    const fingerprint = await read(source)
    return fingerprint?.pid === facts.pid ? fingerprint : undefined
  }
  try {
    known.fingerprint ??= await query(one, known)
    otherKnown.fingerprint ??= await query(other, otherKnown)
    if (known.fingerprint === undefined || otherKnown.fingerprint === undefined) return undefined
    if (known.fingerprint.addresses !== otherKnown.fingerprint.addresses) return false
    return await countTogether([() => query(one, known), () => query(other, otherKnown)])
  } catch (error) {
    if (error instanceof StatsError) return undefined
    throw error
  }
}

/** Whether each of two sources, queried in turn, has counted the connections to the other. */
async function countTogether(
  queries: readonly (() => Promise<ProcessFingerprint | undefined>)[],
): Promise<boolean | undefined> {
  let last = Number.NEGATIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    for (const query of queries) {
      const fingerprint = await query()
      if (fingerprint === undefined) return undefined
      if (fingerprint.connections <= last) return false
      last = fingerprint.connections
    }
  }
  return true
}

/** Workers come first: only their master lists those of past reloads beside them. */
function rank({ worker, discovered }: Source): number {
  if (worker !== undefined) return 0
  return discovered ? 2 : 1
}

/** Whether `now` may be the process of `before`, at a later time. */
function isLater(before: ProcessFacts, now: ProcessFacts): boolean {
  return mayBeSame(before, now, Number.POSITIVE_INFINITY) && !(now.uptime < before.uptime)
}

function mayBeSame(one: ProcessFacts, other: ProcessFacts, ages = agesDiffer): boolean {
  if (Number.isNaN(one.pid) || one.pid !== other.pid || one.version !== other.version) return false
  if (!Number.isNaN(one.started)) return one.started === other.started
  return Math.abs(one.uptime - other.uptime) <= ages
}
