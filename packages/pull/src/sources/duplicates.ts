import { StatsError } from '@haproxystats/core'
import { type AskOptions, askMark, type HeadFacts, type ProcessMark } from '@haproxystats/haproxy'
import { placeOf } from '../query/ask-source.ts'
import type { Source } from './sources.ts'

/** A source that has answered, and what it said of its process. */
export interface Seen {
  readonly source: Source
  readonly facts: HeadFacts
}

/** Asks the process behind a source for its mark. */
export type AskMark = (source: Source) => Promise<ProcessMark>

/** The mark of the process behind a source that is no statistics page. */
export function markOf({ text, address, worker }: Source, options: Omit<AskOptions, 'limit'>): Promise<ProcessMark> {
  const endpoint = 'at' in address ? address.at : address
  return askMark(text, { endpoint, worker: worker?.pid }, { ...options, connect: { ...options.connect, retries: 0 } })
}

/** What is known of the process behind one source. */
interface Known {
  readonly facts: HeadFacts
  mark?: ProcessMark | undefined
  /** Whether it is the process behind other sources, by their addresses. */
  readonly verdicts: Map<string, boolean>
  /** Other places at which this process was met. */
  readonly others: Set<string>
}

/** So often two sources are asked in turn before they count as one process. */
const rounds = 3

/** So many questions are asked in one pull; what is not known then follows at the next. */
const mostQuestions = 64

/** Ages of one process that differ by more, in seconds, are of two; only where its start is not told. */
const agesDiffer = 10

/**
 * Finds sources that lead to the same process: several stats sockets of it, on paths or ports, or a worker's own socket
 * beside that of its master. Number, release and start are equal then, but they are also in containers that were started
 * together. So such sources are asked, once for each process, where its memory is, and then in turn: the connections that one process has
 * counted rise with every question, whichever socket it comes in by.
 */
export class Duplicates {
  readonly #known = new Map<string, Known>()
  /** The last verdict on two places, whatever processes were there. */
  readonly #last = new Map<string, boolean>()
  /** The source that was used for the process behind another at the last pull. */
  readonly #used = new Map<string, Source>()

  /**
   * The sources that are the process of another, each with the one that is used: a worker of a master, or else the first
   * that `servers` names, or else the first by name. `met` are the addresses of all sources, those that failed too.
   */
  async find(seen: readonly Seen[], met: ReadonlySet<string>, ask: AskMark): Promise<Map<Source, Source>> {
    for (const text of this.#known.keys()) if (!met.has(text)) this.#forget(text)
    for (const one of seen) {
      this.#meet(one)
      this.#used.delete(one.source.text)
    }
    const used = new Map<string, Seen[]>()
    const found = new Map<Source, Source>()
    let left = mostQuestions
    const askFew: AskFew = async (source) => (left-- > 0 ? ask(source) : undefined)
    for (const one of [...seen].sort((a, b) => rank(a.source) - rank(b.source))) {
      const key = `${one.facts.pid} ${one.facts.version}`
      const others = used.get(key) ?? []
      let same: Seen | undefined
      for (const other of others) {
        if (same === undefined && (await this.#isSame(other, one, askFew))) same = other
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
   * Whether a source is still the process of another that has answered now, by a question that costs HAProxy much less than
   * `show stat`: what is known of it then, undefined otherwise. Never known up to HAProxy 2.3.
   */
  async remains(source: Source, used: Seen, ask: AskMark): Promise<HeadFacts | undefined> {
    const [known, before] = [this.#known.get(source.text), this.#known.get(used.source.text)]
    if (!known?.mark?.addresses || Number.isNaN(known.facts.started)) return undefined
    if (before === undefined || !goesOn(before.facts, used.facts) || !known.verdicts.get(used.source.text))
      return undefined
    try {
      const { pid, addresses } = await ask(source)
      return pid === known.mark.pid && addresses === known.mark.addresses ? known.facts : undefined
    } catch (error) {
      if (error instanceof StatsError) return undefined
      throw error
    }
  }

  /** Other places (`placeOf`) at which the process behind this source was met. */
  othersOf(source: Source): ReadonlySet<string> | undefined {
    const others = this.#known.get(source.text)?.others
    return others !== undefined && others.size > 0 ? others : undefined
  }

  #meet({ source: { text }, facts }: Seen): void {
    const known = this.#known.get(text)
    if (known !== undefined && goesOn(known.facts, facts)) {
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

  async #isSame(one: Seen, other: Seen, ask: AskFew): Promise<boolean> {
    if (!mayBeSame(one.facts, other.facts)) return false
    const [text, otherText] = [one.source.text, other.source.text]
    const [known, otherKnown] = [this.#known.get(text) as Known, this.#known.get(otherText) as Known]
    const before = known.verdicts.get(otherText)
    if (before !== undefined) return before
    const [place, otherPlace] = [placeOf(one.source), placeOf(other.source)]
    const pair = `${place} ${otherPlace}`
    const verdict = await compare([one.source, known], [other.source, otherKnown], ask)
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

/** Undefined when enough has been asked, or the answer is of another process than the one that was seen. */
type AskFew = (source: Source) => Promise<ProcessMark | undefined>

/** Undefined when it cannot be told now. */
async function compare(
  [one, known]: readonly [Source, Known],
  [other, otherKnown]: readonly [Source, Known],
  ask: AskFew,
): Promise<boolean | undefined> {
  const question = async (source: Source, { facts }: Known) => {
    const mark = await ask(source)
    return mark?.pid === facts.pid ? mark : undefined
  }
  try {
    known.mark ??= await question(one, known)
    otherKnown.mark ??= await question(other, otherKnown)
    if (known.mark === undefined || otherKnown.mark === undefined) return undefined
    if (known.mark.addresses !== otherKnown.mark.addresses) return false
    return await countTogether([() => question(one, known), () => question(other, otherKnown)])
  } catch (error) {
    if (error instanceof StatsError) return undefined
    throw error
  }
}

/** Whether each of two sources, asked in turn, has counted the questions to the other. */
async function countTogether(
  questions: readonly (() => Promise<ProcessMark | undefined>)[],
): Promise<boolean | undefined> {
  let last = Number.NEGATIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    for (const question of questions) {
      const mark = await question()
      if (mark === undefined) return undefined
      if (mark.connections <= last) return false
      last = mark.connections
    }
  }
  return true
}

/** Workers come first: only their master tells those of past reloads beside them. */
function rank({ worker, discovered }: Source): number {
  if (worker !== undefined) return 0
  return discovered ? 2 : 1
}

/** Whether what is told now may be of the process that was there before. */
function goesOn(before: HeadFacts, now: HeadFacts): boolean {
  return mayBeSame(before, now, Number.POSITIVE_INFINITY) && !(now.uptime < before.uptime)
}

function mayBeSame(one: HeadFacts, other: HeadFacts, ages = agesDiffer): boolean {
  if (Number.isNaN(one.pid) || one.pid !== other.pid || one.version !== other.version) return false
  if (!Number.isNaN(one.started)) return one.started === other.started
  return Math.abs(one.uptime - other.uptime) <= ages
}
