import { type Configuration, type Endpoint, exitCodes, reasonOf, StatsError } from '@haproxystats/core'
import type { Output } from '@haproxystats/core/program'
import {
  AnswerHead,
  type AskOptions,
  ask,
  askLevel,
  askPage,
  askWorker,
  type HeadFacts,
  type Level,
  listWorkers,
  startDeadline,
} from '@haproxystats/haproxy'
import { adviceFor } from './advice.ts'
import { permissionHint } from './permission-hint.ts'
import { Secrets } from './secrets.ts'
import { listSources, type Source } from './sources.ts'

/** What there is to say of one place HAProxy answers. */
interface Probe {
  readonly source: string
  readonly facts?: HeadFacts
  readonly level?: Level | undefined
  readonly rows?: number
  readonly milliseconds?: number
  readonly error?: StatsError
  /** What a person should change. */
  readonly advice?: string
}

/** For one source, in seconds; a person waits. */
const patience = 5

/** `show cli level` is known from this release on. */
const tellsLevel = /^(1\.9|[2-9]|\d\d)/

/**
 * Asks every source once, as pulling does, and prints a table of what came of it, with what to change where something is wrong. Writes
 * nothing else. Resolves with 0 when every source can be read, with 1 when one cannot or there is none.
 */
export async function probe(
  configuration: Configuration,
  { output, signal }: { output: Output; signal: AbortSignal },
): Promise<number> {
  const options = configuration.pull
  const { sources, unreadable } = await listSources(options)
  const secrets = new Secrets(options)
  const probes = (await Promise.all(sources.map((source) => probeSource(source, { options, secrets, signal })))).flat()
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
  return probes.some(({ error }) => error !== undefined) ? exitCodes.failed.code : exitCodes.done.code
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
    const credentials = await probing.secrets.current()
    const connect = { timeout: probing.options.timeout, retries: 0, interval: 0, tls: credentials.tls }
    const options = { ...credentials, connect, limit: probing.options['answer-limit'], signal: deadline.signal }
    if (address.kind === 'master') return await probeWorkers(text, address.at, options)
    if (address.kind === 'http') return [await timed(text, (sink) => askPage(text, address, sink, options))]
    const probed = await timed(text, (sink) => ask(text, address, sink, options))
    const knows = tellsLevel.test(probed.facts?.version ?? '')
    const level = knows ? await askLevel(text, address, options).catch(() => undefined) : undefined
    return [{ ...probed, level, ...(level && level !== 'user' && { advice: tooMuch(level) }) }]
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    const advice = adviceFor(address, error)
    return [{ source: text, error, milliseconds: performance.now() - begun, ...(advice && { advice }) }]
  } finally {
    deadline.dispose()
  }
}

function tooMuch(level: Level): string {
  return `level ${level} is more than is needed; "level user" on its "stats socket" line in haproxy.cfg is enough`
}

/** A worker that ends meanwhile is left out. */
async function probeWorkers(source: string, at: Endpoint, options: AskOptions): Promise<Probe[]> {
  const workers = await listWorkers(source, at, options)
  const probes = workers.map(async ({ pid }) => {
    const text = `${source} @!${pid}`
    try {
      return [await timed(text, (sink) => askWorker(text, at, pid, sink, options))]
    } catch (error) {
      if (!(error instanceof StatsError)) throw error
      return error.details['gone'] === true ? [] : [{ source: text, error }]
    }
  })
  return (await Promise.all(probes)).flat()
}

async function timed(
  source: string,
  question: (sink: { write: AnswerHead['push'] }) => Promise<{ rows: number }>,
): Promise<Probe> {
  const head = new AnswerHead()
  const begun = performance.now()
  const { rows } = await question({ write: (part, bytes) => head.push(part, bytes) })
  return { source, facts: head.facts(), rows, milliseconds: performance.now() - begun }
}

/** Errors of the system that mean that we may not. */
const denied = new Set<unknown>(['EACCES', 'EPERM'])

const columns: readonly { readonly name: string; readonly of: (probe: Probe) => string }[] = [
  { name: 'source', of: ({ source }) => source },
  { name: 'reachable', of: ({ error }) => (error?.code === 'SOURCE_CONNECT' ? 'no' : 'yes') },
  { name: 'permission', of: ({ error }) => permissionOf(error) },
  { name: 'level', of: ({ level }) => level ?? '-' },
  { name: 'version', of: ({ facts }) => facts?.version ?? '-' },
  { name: 'pid', of: ({ facts }) => shown(facts?.pid) },
  { name: 'rows', of: ({ rows }) => shown(rows) },
  { name: 'latency', of: ({ milliseconds }) => (milliseconds === undefined ? '-' : `${milliseconds.toFixed(1)} ms`) },
]

function permissionOf(error: StatsError | undefined): string {
  if (error === undefined) return 'yes'
  if (denied.has(error.details['errno'])) return 'denied'
  return error.details['status'] === 401 || /Permission denied/.test(error.message) ? 'denied' : '-'
}

function shown(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '-' : String(value)
}

/** The table, and below it what is wrong and what to change. */
export function renderProbes(probes: readonly Probe[]): string {
  const rows = [columns.map(({ name }) => name), ...probes.map((probe) => columns.map(({ of }) => of(probe)))]
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  )
  const remarks = probes.flatMap(({ source, error, advice }) => {
    const text = [error?.message.startsWith(source) ? error.message : error && `${source}: ${error.message}`, advice]
    const said = text.filter((part) => part !== undefined)
    return said.length === 0 ? [] : `${error === undefined ? `${source}: ` : ''}${said.join('; ')}`
  })
  return `${[...lines, ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n')}\n`
}
