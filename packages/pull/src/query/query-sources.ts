import { atMost, StatsError } from '@haproxystats/core'
import { type ProcessFingerprint, queryPage, queryProcess } from '@haproxystats/haproxy'
import type { Pull } from '../context.ts'
import { readFingerprint } from '../sources/duplicates.ts'
import { placeOf, type Source, type SourceResult } from '../sources/source.ts'
import { queryMaster } from './query-master.ts'
import { queryOptions, readProcess } from './read-process.ts'

/** Sources that are read at the same time while they answer quickly, which bounds the memory for all of them. */
const concurrency = 32

/** Milliseconds in which all have been started, however slow they are. */
const longestStart = 500

/**
 * Reads all sources. Rejects with what is no fault of a source, such as a full disk, when none of them is still being read.
 * Of sources that are one process, one is read and the others are its duplicates.
 */
export async function querySources(sources: readonly Source[], pull: Pull): Promise<SourceResult[]> {
  pull.typed.keep(sources)
  const texts = new Set(sources.map(({ text }) => text))
  for (const text of pull.versions.keys()) if (!texts.has(text)) pull.versions.delete(text)
  const limited = atMost(concurrency)
  const turn = longestStart / Math.ceil(sources.length / concurrency)
  const started = new Map<string, Promise<SourceResult[]>>()
  for (const source of sources) {
    const result = limited(() => start(() => querySource(source, started, pull), turn)).then(({ promise }) => promise)
    started.set(source.text, result)
  }
  const settled = await Promise.allSettled(started.values())
  const results = settled.flatMap((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value.map((one) => pull.sockets.judge(one))
  })
  return withoutDuplicates(results, pull)
}

/** Starts a task, and resolves when it is over or has taken so many milliseconds. */
async function start<T>(task: () => Promise<T>, turn: number): Promise<{ readonly promise: Promise<T> }> {
  const promise = task()
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, turn)
    const over = () => {
      clearTimeout(timer)
      resolve()
    }
    promise.then(over, over)
  })
  return { promise }
}

/** A source that was a duplicate at the last pull waits for the other one, and is not read again while it still is one. */
async function querySource(
  source: Source,
  started: ReadonlyMap<string, Promise<SourceResult[]>>,
  pull: Pull,
): Promise<SourceResult[]> {
  const used = pull.duplicates.usedFor(source)
  if (used === undefined) return readSource(source, pull)
  // Until all have been started.
  await Promise.resolve()
  const others = (await started.get(placeOf(used))?.catch(() => [])) ?? []
  const begun = performance.now()
  const now = others.filter(isAnswered).find((other) => other.source.text === used.text)
  const facts = now && (await pull.duplicates.remains(source, now, (one) => fingerprint(one, pull)))
  const effort = { source, seconds: Math.round(performance.now() - begun) / 1000, retries: 0 }
  if (now !== undefined && facts !== undefined) return [{ ...effort, outcome: 'duplicate', facts, same: now.source }]
  if (!pull.deadline.signal.aborted) return readSource(source, pull)
  const message = `timeout: ${source.text} was not queried, no time left after ${used.text}, which is the same process`
  return [{ ...effort, outcome: 'failed', error: new StatsError('SOURCE_TIMEOUT', message, { source: source.text }) }]
}

/**
 * The processes of one source. A socket that is no stats socket is not queried twice: for a frontend it would be a bad
 * request in every pull.
 */
async function readSource(source: Source, pull: Pull): Promise<SourceResult[]> {
  const { text, address } = source
  const foreign = pull.sockets.foreign(source)
  if (foreign !== undefined) return [{ source, seconds: 0, retries: 0, outcome: 'foreign', error: foreign }]
  if (address.kind === 'master') return queryMaster({ ...source, address }, pull)
  if (address.kind === 'http') {
    return [await readProcess(source, pull, (sink, options) => queryPage(text, address, sink, options))]
  }
  return [
    await readProcess(source, pull, async (sink, options, head) => {
      await queryProcess(text, address, sink, options)
      return pull.typed.get(text, address, head, options)
    }),
  ]
}

type Answered = Extract<SourceResult, { outcome: 'answered' }>

const isAnswered = (result: SourceResult): result is Answered => result.outcome === 'answered'

async function fingerprint(source: Source, pull: Pull): Promise<ProcessFingerprint> {
  return readFingerprint(source, await queryOptions(source, pull))
}

async function withoutDuplicates(results: readonly SourceResult[], pull: Pull): Promise<SourceResult[]> {
  const { duplicates } = pull
  const present = new Set(results.map(({ source }) => source.text))
  const found = await duplicates.find(results.filter(isAnswered), present, (source) => fingerprint(source, pull))
  return Promise.all(
    results.map(async (result): Promise<SourceResult> => {
      if (result.outcome === 'duplicate') return { ...result, same: found.get(result.same) ?? result.same }
      if (!isAnswered(result)) return result
      const { source, seconds, retries, facts, files } = result
      const same = found.get(source)
      const alsoAt = duplicates.othersOf(source)
      if (same === undefined) return alsoAt === undefined ? result : { ...result, alsoAt }
      await files.remove()
      return { source, seconds, retries, outcome: 'duplicate', facts, same }
    }),
  )
}
