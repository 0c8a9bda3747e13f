import { atMost, StatsError, wait } from '@haproxystats/core'
import { isGone, listWorkers, queryWorker, type Worker } from '@haproxystats/haproxy'
import type { Pull } from '../context.ts'
import { mayInherit } from '../counters/older-processes.ts'
import { withoutPlace } from '../sources/hanging-workers.ts'
import { type Master, type Source, type SourceResult, workerSource } from '../sources/source.ts'
import { queryOptions, readProcess } from './read-process.ts'

/**
 * The list of workers is read at most so often in one pull; it is read until it has no worker that was not read. More than
 * two or three times only when reloads are as fast as pulls.
 */
const mostLists = 50

/** Seconds before the next attempt when the master breaks the connection, as it does while it re-executes itself at a reload. */
const pause = 0.1

/**
 * Reads every worker of a master, those of past reloads too, because they still serve. The list of workers is read again
 * afterwards: a worker that has left is no failure, and a new one is read too.
 */
export async function queryMaster(master: Master, pull: Pull): Promise<SourceResult[]> {
  const read = new Map<number, SourceResult>()
  const begun = performance.now()
  let retries = 0
  // No retries of `connect`: between two of them a whole reload could pass.
  const options = { ...(await queryOptions(master, pull, () => retries++)), retries: 0 }
  let trouble: StatsError | undefined
  for (let list = 0; list < mostLists && !(list > 0 && options.signal.aborted); list++) {
    let workers: readonly Worker[]
    try {
      workers = await listWorkers(master.text, master.address.at, options)
      trouble = undefined
    } catch (error) {
      if (!(error instanceof StatsError)) throw error
      trouble = error
      if (!isReloading(error)) break
      retries++
      await wait(pause, options.signal)
      continue
    }
    markGone(read, workers)
    const again = workers.filter(({ pid }) => !read.has(pid) || mayRecover(read.get(pid)))
    if (again.length === 0) break
    if (list > 0) retries += again.filter(({ pid }) => read.has(pid)).length
    for (const [pid, result] of await readWorkers(master, again, { workers, read, pull })) read.set(pid, result)
  }
  if (trouble === undefined && read.size === 0) trouble = noWorkers(master.text)
  if (trouble === undefined) return [...read.values()]
  const seconds = Math.round(performance.now() - begun) / 1000
  return [...read.values(), { source: master, seconds, retries, outcome: 'failed', error: trouble }]
}

const reloading: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** A master that re-executes itself breaks connections, and for a moment nothing listens on its socket. */
function isReloading({ code, details }: StatsError): boolean {
  return code === 'ANSWER_TRUNCATED' || (code === 'SOURCE_CONNECT' && reloading.has(details['errno']))
}

/** A worker that failed and is no longer listed has ended. */
function markGone(read: Map<number, SourceResult>, workers: readonly Worker[]): void {
  const present = new Set(workers.map(({ pid }) => pid))
  for (const [pid, result] of read) {
    if (result.outcome === 'failed' && !present.has(pid)) read.set(pid, gone(result))
  }
}

function gone({ source, seconds, retries }: SourceResult): SourceResult {
  return { source, seconds, retries, outcome: 'gone' }
}

/** Whether another attempt in this pull may succeed. */
function mayRecover(result: SourceResult | undefined): boolean {
  return result?.outcome === 'failed' && isReloading(result.error)
}

async function readWorkers(
  master: Master,
  wanted: readonly Worker[],
  { workers, read, pull }: { workers: readonly Worker[]; read: ReadonlyMap<number, SourceResult>; pull: Pull },
): Promise<(readonly [pid: number, result: SourceResult])[]> {
  const others = [...read].filter(([pid]) => !wanted.some((worker) => worker.pid === pid))
  const taken = new Set(others.map(([, { source }]) => source.name))
  const counting = pull.counters.counting || (workers.length > 1 && mayInherit(workers[0]?.version))
  const places = pull.hanging.placesOf(master.text)
  const limited = atMost(Math.max(1, places))
  const results = await Promise.allSettled(
    wanted.map(async (worker): Promise<SourceResult> => {
      const source = workerSource(master, worker, { workers, taken })
      const error = pull.hanging.refusal(source) ?? (places === 0 ? withoutPlace(source) : undefined)
      if (error !== undefined) return { source, seconds: 0, retries: 0, outcome: 'failed', error }
      return limited(() => readWorker(source, worker, pull, counting))
    }),
  )
  return results.map((result, index) => {
    if (result.status === 'rejected') throw result.reason
    return [(wanted[index] as Worker).pid, result.value]
  })
}

async function readWorker(source: Source, worker: Worker, pull: Pull, counting: boolean): Promise<SourceResult> {
  const { at } = source.address as Master['address']
  const result = await readProcess(
    source,
    pull,
    (sink, options) => queryWorker(source.text, at, worker.pid, sink, options),
    counting,
  )
  return result.outcome === 'failed' && hasLeft(worker, result.error) ? gone(result) : result
}

/** Up to HAProxy 2.2 a worker of a past reload prints a header and no row, for as long as its last connections last. */
function hasLeft({ reloads }: Worker, error: StatsError): boolean {
  return isGone(error) || (reloads > 0 && error.details['stopping'] === true)
}

function noWorkers(source: string): StatsError {
  const text = `${source} has no worker; is HAProxy starting, or did its configuration fail to load?`
  return new StatsError('ANSWER_TRUNCATED', text, { source })
}
