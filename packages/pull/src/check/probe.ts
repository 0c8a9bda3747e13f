import { type Configuration, exitCodes, reasonOf, StatsError } from '@haproxystats/core'
import type { Output } from '@haproxystats/core/program'
import {
  AnswerHead,
  type AskOptions,
  ask,
  askLevel,
  askPage,
  askWorker,
  isGone,
  type Level,
  listWorkers,
  startDeadline,
} from '@haproxystats/haproxy'
import { type Master, workerSource } from '../query/ask-master.ts'
import { Duplicates, markOf, type Seen } from '../sources/duplicates.ts'
import { type Credentials, Secrets } from '../sources/secrets.ts'
import { listSources, type Source } from '../sources/sources.ts'
import { adviceFor } from './advice.ts'
import { permissionHint } from './permission-hint.ts'
import { type Probe, renderProbes } from './probe-table.ts'

/** For one source, in seconds; a person waits. */
const patience = 5

/** `show cli level` is known from this release on. */
const tellsLevel = /^(1\.9|[2-9]|\d\d)/

/**
 * Asks every source once, as pulling does, and prints a table of what came of it, with what to change where something is wrong. Writes
 * nothing else. Resolves with 0 when every source can be read, with 1 when one cannot or there is none. A socket in
 * `socket-dir` that is no stats socket is none.
 */
export async function probe(
  configuration: Configuration,
  { output, signal }: { output: Output; signal: AbortSignal },
): Promise<number> {
  const options = configuration.pull
  const { sources, unreadable } = await listSources(options)
  const probing = { options, secrets: new Secrets(options), signal }
  const answers = (await Promise.all(sources.map((source) => probeSource(source, probing)))).flat()
  const probes = await withDuplicates(answers, probing)
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
  const failed = probes.some(({ error, leftOut }) => error !== undefined && !leftOut)
  const read = probes.some(({ facts }) => facts !== undefined)
  return failed || !read ? exitCodes.failed.code : exitCodes.done.code
}

interface Probing {
  readonly options: Configuration['pull']
  readonly secrets: Secrets
  readonly signal: AbortSignal
}

async function probeSource(source: Source, probing: Probing): Promise<Probe[]> {
  const { text, address } = source
  const deadline = startDeadline(patience, probing.signal)
  const begun = performance.now()
  try {
    const options = await askOptions(probing, deadline.signal)
    if (address.kind === 'master') return await probeWorkers({ ...source, address }, options)
    if (address.kind === 'http') return [await timed(source, (sink) => askPage(text, address, sink, options))]
    const probed = await timed(source, (sink) => ask(text, address, sink, options))
    const knows = tellsLevel.test(probed.facts?.version ?? '')
    const level = knows ? await askLevel(text, address, options).catch(() => undefined) : undefined
    return [{ ...probed, level, ...(level && level !== 'user' && { advice: tooMuch(level) }) }]
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    const leftOut = source.discovered && error.details['foreign'] === true
    const advice = leftOut ? 'it is left out' : adviceFor(address, error)
    const milliseconds = performance.now() - begun
    return [{ source: text, error, milliseconds, ...(leftOut && { leftOut }), ...(advice && { advice }) }]
  } finally {
    deadline.dispose()
  }
}

async function askOptions({ options, secrets }: Probing, signal: AbortSignal): Promise<AskOptions & Credentials> {
  const credentials = secrets.current()
  const connect = { timeout: options.timeout, retries: 0, interval: 0, tls: credentials.tls }
  return { ...credentials, connect, limit: options['answer-limit'], signal }
}

/** Says of each source that is the process of another that it is not counted. */
async function withDuplicates(probes: readonly Probe[], probing: Probing): Promise<Probe[]> {
  const seen = probes.flatMap(({ of, facts }): Seen[] => (of && facts ? [{ source: of, facts }] : []))
  const deadline = startDeadline(patience, probing.signal)
  try {
    const met = new Set(probes.map(({ source }) => source))
    const found = await new Duplicates().find(seen, met, async (source) =>
      markOf(source, await askOptions(probing, deadline.signal)),
    )
    return probes.map((one) => {
      const same = one.of && found.get(one.of)
      if (same === undefined) return one
      const told = `it is the same HAProxy process as ${same.text}, which is used: it is counted once`
      return { ...one, leftOut: true, advice: one.advice === undefined ? told : `${told}; ${one.advice}` }
    })
  } finally {
    deadline.dispose()
  }
}

function tooMuch(level: Level): string {
  return `level ${level} is more than is needed; "level user" on its "stats socket" line in haproxy.cfg is enough`
}

/** A worker that ends meanwhile is left out. */
async function probeWorkers(master: Master, options: AskOptions): Promise<Probe[]> {
  const { at } = master.address
  const workers = await listWorkers(master.text, at, options)
  const probes = workers.map(async (worker) => {
    const source = workerSource(master, worker, { workers, taken: new Set() })
    try {
      return [await timed(source, (sink) => askWorker(source.text, at, worker.pid, sink, options))]
    } catch (error) {
      if (!(error instanceof StatsError)) throw error
      return isGone(error) ? [] : [{ source: source.text, error }]
    }
  })
  return (await Promise.all(probes)).flat()
}

async function timed(
  source: Source,
  question: (sink: { write: AnswerHead['push'] }) => Promise<{ rows: number }>,
): Promise<Probe> {
  const head = new AnswerHead()
  const begun = performance.now()
  const { rows } = await question({ write: (part, bytes) => head.push(part, bytes) })
  return { source: source.text, of: source, facts: head.facts(), rows, milliseconds: performance.now() - begun }
}
