import { setTimeout as delay } from 'node:timers/promises'
import { atMost } from '@haproxystats/core'
import { type Asking, askOptions, askSource, type Outcome } from './ask-source.ts'
import { markOf } from './duplicates.ts'
import type { Source } from './sources.ts'

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
  const results = await Promise.allSettled(
    sources.map(async (source) => {
      const answer = await lane(() => begin(() => askSource(source, asking), turn))
      return answer.promise
    }),
  )
  const outcomes = results.flatMap((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value.map((outcome) => asking.sockets.judge(outcome))
  })
  return withoutDuplicates(outcomes, asking)
}

type Answered = Extract<Outcome, { outcome: 'answered' }>

async function withoutDuplicates(outcomes: readonly Outcome[], asking: Asking): Promise<Outcome[]> {
  const { duplicates } = asking
  const seen = outcomes.filter((outcome): outcome is Answered => outcome.outcome === 'answered')
  const met = new Set(outcomes.map(({ source }) => source.text))
  const found = await duplicates.find(seen, met, async (source) =>
    markOf(source, await askOptions(source, asking, () => undefined)),
  )
  return Promise.all(
    outcomes.map(async (outcome): Promise<Outcome> => {
      if (outcome.outcome !== 'answered') return outcome
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
