import { atMost, type MasterAddress, StatsError, wait } from '@haproxystats/core'
import { askWorker, isGone, listWorkers, type Worker } from '@haproxystats/haproxy'
import { mayInherit } from '../counters/older-processes.ts'
import { withoutPlace } from '../sources/hanging-workers.ts'
import type { Source } from '../sources/sources.ts'
import { type Asking, askOptions, type Outcome, reading } from './ask-source.ts'

/** The socket of a master process as a source. */
export type Master = Source & { readonly address: MasterAddress }

/**
 * How often the list of workers is read at most in one pull; it is read until it names none that is not read. Only reloads
 * as fast as pulls make it more than two or three.
 */
const mostLists = 50

/** The pause before the master is asked again that broke off, as it does when it starts itself anew at a reload, in seconds. */
const pause = 0.1

/**
 * Reads every worker of a master, those of past reloads too, because they still serve. The list of workers is read again
 * behind them: a worker that has left is no failure, and one that has come is read too.
 */
export async function askMaster(master: Master, asking: Asking): Promise<Outcome[]> {
  const read = new Map<number, Outcome>()
  const begun = performance.now()
  let retries = 0
  const asked = await askOptions(master, asking, () => retries++)
  // Between two attempts of `connect` a whole reload could pass.
  const options = { ...asked, connect: { ...asked.connect, retries: 0 } }
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
    settle(read, workers)
    const open = workers.filter(({ pid }) => read.get(pid)?.outcome !== 'answered')
    const again = open.filter(({ pid }) => !read.has(pid) || mayRecover(read.get(pid)))
    if (again.length === 0) break
    if (list > 0) retries += again.filter(({ pid }) => read.has(pid)).length
    for (const [pid, outcome] of await askWorkers(master, again, { workers, read, asking })) read.set(pid, outcome)
  }
  const seconds = Math.round(performance.now() - begun) / 1000
  const own = { source: master, seconds, retries }
  if (trouble !== undefined) return [...read.values(), { ...own, outcome: 'failed', error: trouble }]
  if (read.size === 0) return [{ ...own, outcome: 'failed', error: withoutWorkers(master.text) }]
  return [...read.values()]
}

const reloading: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** A master that starts itself anew breaks off what it is asked, and for a moment nobody listens on its socket. */
function isReloading({ code, details }: StatsError): boolean {
  return code === 'ANSWER_TRUNCATED' || (code === 'SOURCE_CONNECT' && reloading.has(details['errno']))
}

/** Of a worker that failed and is no longer there nothing is missing but what it did at last. */
function settle(read: Map<number, Outcome>, workers: readonly Worker[]): void {
  const present = new Set(workers.map(({ pid }) => pid))
  for (const [pid, { source, seconds, retries, outcome }] of read) {
    if (outcome === 'failed' && !present.has(pid)) read.set(pid, { source, seconds, retries, outcome: 'gone' })
  }
}

/** Worth another attempt in this pull, if the master still knows it. */
function mayRecover(outcome: Outcome | undefined): boolean {
  return outcome?.outcome === 'failed' && isReloading(outcome.error)
}

async function askWorkers(
  master: Master,
  wanted: readonly Worker[],
  { workers, read, asking }: { workers: readonly Worker[]; read: ReadonlyMap<number, Outcome>; asking: Asking },
): Promise<Map<number, Outcome>> {
  const taken = new Set(
    [...read].flatMap(([pid, { source }]) => (wanted.some((worker) => worker.pid === pid) ? [] : source.name)),
  )
  const [{ version } = { version: undefined }] = workers
  const counting = { ...asking, counting: asking.counting || (workers.length > 1 && mayInherit(version)) }
  const places = asking.hanging.placesOf(master.text)
  const lane = atMost(Math.max(1, places))
  const results = await Promise.allSettled(
    wanted.map((worker) => {
      const source = workerSource(master, worker, { workers, taken })
      const refusal = asking.hanging.refusal(source) ?? (places === 0 ? withoutPlace(source) : undefined)
      if (refusal !== undefined) return notAsked(source, refusal)
      return lane(() => askOne(master, source, worker, counting))
    }),
  )
  const outcomes = results.map((result, index): [number, Outcome] => {
    if (result.status === 'rejected') throw result.reason
    return [(wanted[index] as Worker).pid, result.value]
  })
  return new Map(outcomes)
}

async function notAsked(source: Source, error: StatsError): Promise<Outcome> {
  return { source, seconds: 0, retries: 0, outcome: 'failed', error }
}

/** Up to HAProxy 2.2 a worker of a past reload prints a header and no row, for as long as its last connections last. */
function hasLeft({ reloads }: Worker, error: StatsError): boolean {
  return isGone(error) || (reloads > 0 && error.details['stopping'] === true)
}

async function askOne(master: Master, source: Source, worker: Worker, asking: Asking): Promise<Outcome> {
  const outcome = await reading(source, asking, (sink, options) =>
    askWorker(source.text, master.address.at, worker.pid, sink, options),
  )
  if (outcome.outcome !== 'failed' || !hasLeft(worker, outcome.error)) return outcome
  const { seconds, retries } = outcome
  return { source, seconds, retries, outcome: 'gone' }
}

/**
 * The files of a worker are called after its place and not its process, so that metrics of processes keep their paths: the
 * name of the master, `-<n>` with `nbproc`, `-old<reloads>` for one of a past reload. Only when a reload comes in the
 * middle of a pull, two workers have one place in it, and the second gets its number behind it.
 */
export function workerSource(
  master: Master,
  { pid, number, reloads }: Worker,
  { workers, taken }: { workers: readonly Worker[]; taken: ReadonlySet<string> },
): Source {
  const name = `${master.name}${number > 1 ? `-${number}` : ''}${reloads > 0 ? `-old${reloads}` : ''}`
  const alone = workers.filter((other) => other.number === number && other.reloads === reloads).length === 1
  return {
    name: alone && !taken.has(name) ? name : `${name}-${pid}`,
    text: `${master.text} @!${pid}`,
    address: master.address,
    worker: { pid, master: master.text },
    discovered: false,
  }
}

function withoutWorkers(source: string): StatsError {
  const text = `${source} has no worker; is HAProxy starting, or did its configuration fail to load?`
  return new StatsError('ANSWER_TRUNCATED', text, { source })
}
