import { setTimeout as delay } from 'node:timers/promises'
import { atMost, StatsError } from '@haproxystats/core'
import type { ProcessMark } from '@haproxystats/haproxy'
import { markOf } from '../sources/duplicates.ts'
import type { Source } from '../sources/sources.ts'
import { type Asking, askOptions, askSource, type Outcome, placeOf } from './ask-source.ts'

/** So many are asked at a time while they answer at once: what each takes in memory is not taken 200 times. */
const together = 32

/** Milliseconds in which all have been asked, however slow they are. */
const longestStart = 500

/**
 * Asks all sources and waits for all of them. Throws what is no fault of a source, such as a full disk, when none
 * of them is still going on. A socket that was stale at the last pull is tried once, so that it does not delay every snapshot. Of
 * sources that are one process, one has its answer and the others are its duplicates.
 */
export async function askAll(sources: readonly Source[], asking: Asking): Promise<Outcome[]> {
  asking.typed.keep(sources)
  const texts = new Set(sources.map(({ text }) => text))
  for (const text of asking.versions.keys()) if (!texts.has(text)) asking.versions.delete(text)
  const lane = atMost(together)
  const turn = longestStart / Math.ceil(sources.length / together)
  const asked = new Map<string, Promise<Outcome[]>>()
  for (const source of sources) {
    const answer = lane(() => begin(() => askOnce(source, asked, asking), turn)).then(({ promise }) => promise)
    asked.set(source.text, answer)
  }
  const results = await Promise.allSettled(asked.values())
  const outcomes = results.flatMap((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value.map((outcome) => asking.sockets.judge(outcome))
  })
  return withoutDuplicates(outcomes, asking)
}

/** Waits for the source that is used for the same process, if there is one, and does not have it print everything again. */
async function askOnce(
  source: Source,
  asked: ReadonlyMap<string, Promise<Outcome[]>>,
  asking: Asking,
): Promise<Outcome[]> {
  const used = asking.duplicates.usedFor(source)
  if (used === undefined) return askSource(source, asking)
  // All have begun then.
  await Promise.resolve()
  const others = (await asked.get(placeOf(used))?.catch(() => [])) ?? []
  const begun = performance.now()
  const now = others.filter(isAnswered).find((other) => other.source.text === used.text)
  const facts = now && (await asking.duplicates.remains(source, now, (one) => ownMark(one, asking)))
  const effort = { source, seconds: Math.round(performance.now() - begun) / 1000, retries: 0 }
  if (now !== undefined && facts !== undefined) return [{ ...effort, outcome: 'duplicate', facts, same: now.source }]
  if (!asking.deadline.signal.aborted) return askSource(source, asking)
  const message = `${source.text} was not asked: no time was left after ${used.text}, which is the same process`
  return [{ ...effort, outcome: 'failed', error: new StatsError('SOURCE_TIMEOUT', message, { source: source.text }) }]
}

type Answered = Extract<Outcome, { outcome: 'answered' }>

const isAnswered = (outcome: Outcome): outcome is Answered => outcome.outcome === 'answered'

async function ownMark(source: Source, asking: Asking): Promise<ProcessMark> {
  return markOf(source, await askOptions(source, asking, () => undefined))
}

async function withoutDuplicates(outcomes: readonly Outcome[], asking: Asking): Promise<Outcome[]> {
  const { duplicates } = asking
  const met = new Set(outcomes.map(({ source }) => source.text))
  const found = await duplicates.find(outcomes.filter(isAnswered), met, (source) => ownMark(source, asking))
  return Promise.all(
    outcomes.map(async (outcome): Promise<Outcome> => {
      if (outcome.outcome === 'duplicate') return { ...outcome, same: found.get(outcome.same) ?? outcome.same }
      if (!isAnswered(outcome)) return outcome
      const { source, seconds, retries, facts, files } = outcome
      const same = found.get(source)
      const alsoAt = duplicates.othersOf(source)
      if (same === undefined) return alsoAt === undefined ? outcome : { ...outcome, alsoAt }
      await files.remove()
      return { source, seconds, retries, outcome: 'duplicate', facts, same }
    }),
  )
}

/** Begins to ask, and resolves when the answer is there or has taken so many milliseconds. */
async function begin<T>(ask: () => Promise<T>, turn: number): Promise<{ readonly promise: Promise<T> }> {
  const promise = ask()
  const over = new AbortController()
  const timer = delay(turn, undefined, { signal: over.signal, ref: false }).catch(() => undefined)
  await Promise.race([promise.catch(() => undefined), timer])
  over.abort()
  return { promise }
}
