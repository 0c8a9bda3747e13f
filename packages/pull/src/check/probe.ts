import { type Configuration, exitCodes, reasonOf, StatsError } from '@haproxystats/core'
import type { Output } from '@haproxystats/core/program'
import {
  AnswerHead,
  type AnswerSink,
  isGone,
  isRelease,
  type Level,
  listWorkers,
  type QueryOptions,
  queryLevel,
  queryPage,
  queryProcess,
  queryWorker,
  startDeadline,
} from '@haproxystats/haproxy'
import { Duplicates, readFingerprint, type Seen } from '../sources/duplicates.ts'
import { permissionHint } from '../sources/permission-hint.ts'
import { Secrets } from '../sources/secrets.ts'
import { type Master, type Source, workerSource } from '../sources/source.ts'
import { listSources } from '../sources/source-list.ts'
import { adviceFor } from './advice.ts'
import { type Probe, renderProbes } from './probe-table.ts'

/** For one source, in seconds; a person waits. */
const timeout = 5

/**
 * Queries every source once, as a pull does, and prints a table of the results, with what to change where something is wrong.
 * Writes nothing else. Resolves with 0 when every source can be read, with 1 when one cannot or there is none. A socket in
 * `socket-dir` that is no stats socket does not count.
 */
export async function probe(
  configuration: Configuration,
  { output, signal }: { output: Output; signal: AbortSignal },
): Promise<number> {
  const options = configuration.pull
  const { sources, unreadable } = await listSources(options)
  const secrets = new Secrets(options)
  const probing: Probing = async (task) => {
    const deadline = startDeadline(timeout, signal)
    const connect = { timeout: options.timeout, retries: 0, interval: 0, signal: deadline.signal }
    try {
      return await task({ ...secrets.current(), ...connect, limit: options['answer-limit'] })
    } finally {
      deadline.dispose()
    }
  }
  const results = (await Promise.all(sources.map((source) => probeSource(source, probing)))).flat()
  const probes = await markDuplicates(results, probing)
  const directory = options['socket-dir']
  if (unreadable !== undefined && directory !== undefined) {
    const error = new StatsError('SOURCE_CONNECT', reasonOf(unreadable), { errno: unreadable.code })
    const advice = unreadable.code === 'EACCES' ? permissionHint(directory) : 'is HAProxy installed and running?'
    probes.push({ source: `socket-dir ${directory}`, error, advice })
  }
  if (probes.length === 0) {
    const todo =
      'set socket-dir in [pull] to the directory of the stats sockets of HAProxy, or list its addresses in servers'
    output.out(`no source: ${directory === undefined ? todo : `there is no stats socket in ${directory}; ${todo}`}\n`)
    return exitCodes.failed.code
  }
  output.out(renderProbes(probes))
  const failed = probes.some(({ error, ignored }) => error !== undefined && !ignored)
  const read = probes.some(({ facts }) => facts !== undefined)
  return failed || !read ? exitCodes.failed.code : exitCodes.done.code
}

/** Runs a task with a deadline of its own. */
type Probing = <T>(task: (options: QueryOptions) => Promise<T>) => Promise<T>

async function probeSource(source: Source, probing: Probing): Promise<Probe[]> {
  const { text, address } = source
  const begun = performance.now()
  try {
    return await probing(async (options) => {
      if (address.kind === 'master') return await probeWorkers({ ...source, address }, options)
      if (address.kind === 'http') return [await timed(source, (sink) => queryPage(text, address, sink, options))]
      const probed = await timed(source, (sink) => queryProcess(text, address, sink, options))
      const hasLevel = isRelease(probed.facts?.version, 1, 9)
      const level = hasLevel ? await queryLevel(text, address, options).catch(() => undefined) : undefined
      return [{ ...probed, level, ...(level && level !== 'user' && { advice: tooMuch(level) }) }]
    })
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    const ignored = source.discovered && error.details['foreign'] === true
    const advice = ignored ? 'the socket is ignored' : adviceFor(address, error)
    const milliseconds = performance.now() - begun
    return [{ source: text, error, milliseconds, ...(ignored && { ignored }), ...(advice && { advice }) }]
  }
}

/** Marks each source that is the process of another. */
async function markDuplicates(probes: readonly Probe[], probing: Probing): Promise<Probe[]> {
  const seen = probes.flatMap(({ of, facts }): Seen[] => (of && facts ? [{ source: of, facts }] : []))
  const present = new Set(probes.map(({ source }) => source))
  const found = await probing((options) =>
    new Duplicates().find(seen, present, (source) => readFingerprint(source, options)),
  )
  return probes.map((one) => {
    const same = one.of && found.get(one.of)
    if (same === undefined) return one
    const duplicate = `duplicate source: the same HAProxy process as ${same.text}, which is used; it is counted once`
    return { ...one, ignored: true, advice: one.advice === undefined ? duplicate : `${duplicate}; ${one.advice}` }
  })
}

function tooMuch(level: Level): string {
  return `level ${level} is more than is needed; "level user" on its "stats socket" line in haproxy.cfg is enough`
}

/** A worker that ends meanwhile is left out. */
async function probeWorkers(master: Master, options: QueryOptions): Promise<Probe[]> {
  const { at } = master.address
  const workers = await listWorkers(master.text, at, options)
  const probes = workers.map(async (worker) => {
    const source = workerSource(master, worker, { workers, taken: new Set() })
    try {
      return [await timed(source, (sink) => queryWorker(source.text, at, worker.pid, sink, options))]
    } catch (error) {
      if (!(error instanceof StatsError)) throw error
      return isGone(error) ? [] : [{ source: source.text, error }]
    }
  })
  return (await Promise.all(probes)).flat()
}

async function timed(source: Source, query: (sink: AnswerSink) => Promise<{ rows: number }>): Promise<Probe> {
  const head = new AnswerHead()
  const begun = performance.now()
  const { rows } = await query({ write: (part, bytes) => head.push(part, bytes) })
  return { source: source.text, of: source, facts: head.facts(), rows, milliseconds: performance.now() - begun }
}
