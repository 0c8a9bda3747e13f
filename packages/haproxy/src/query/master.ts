import { type Endpoint, StatsError } from '@haproxystats/core'
import type { AnswerSink } from './answer-checker.ts'
import type { ConnectOptions } from './connect.ts'
import { exchangeText, truncatedAnswer } from './exchange.ts'
import { type QueryOptions, queryParts } from './query.ts'
import { firstLineOf, printableLine, refusal } from './refusal.ts'

/** A worker, from `show proc` of its master. */
export interface Worker {
  readonly pid: number
  /** From 1; several at a time only with `nbproc`, up to HAProxy 2.4. */
  readonly number: number
  /** Reloads since it was started: 0 for current workers. */
  readonly reloads: number
  /** Since HAProxy 2.0. */
  readonly version?: string
}

const workerSections = new Set(['# workers', '# old workers'])

/** How old workers print their number, up to 2.4. */
const formerNumber = /\[was: (\d+)\]/

/**
 * The workers in an answer to `show proc`, old ones included. Columns differ: 1.9 to 2.4 have `<relative PID>`, and the cells
 * after `<reloads>` may contain blanks.
 *
 * @throws ANSWER_MALFORMED when it is not such an answer.
 */
export function parseWorkers(text: string): Worker[] {
  const [header = '', ...lines] = text.split('\n')
  const columns = [...header.matchAll(/<([^>]*)>/g)].map(([, name]) => name)
  const [pid, type, number, reloads] = ['PID', 'type', 'relative PID', 'reloads'].map((name) => columns.indexOf(name))
  const hasVersion = columns.at(-1) === 'version'
  if (!header.startsWith('#<PID>') || pid !== 0 || type !== 1 || reloads === -1) throw malformed(header)
  const workers: Worker[] = []
  let wanted = false
  for (const line of lines) {
    if (line.startsWith('#')) wanted = workerSections.has(line.trim())
    const cells = line.trim().replace(formerNumber, '$1').split(/\s+/)
    if (!wanted || cells[type] !== 'worker') continue
    const numbers = [cells[0], number === -1 ? '1' : cells[number as number], cells[reloads as number]]
    if (!numbers.every((cell) => /^\d{1,10}$/.test(cell ?? ''))) throw malformed(line)
    const [own, position, age] = numbers.map(Number) as [number, number, number]
    const version = hasVersion ? cells.at(-1) : undefined
    workers.push({ pid: own, number: position, reloads: age, ...(version !== undefined && { version }) })
  }
  return workers
}

function malformed(line: string): StatsError {
  return new StatsError('ANSWER_MALFORMED', `"${printableLine(Buffer.from(line))}" is no answer to show proc`)
}

const masterBusy =
  'all 10 connections of the master may be in use, by other clients or by given-up queries to a worker that hangs (haproxy#3351): find the worker that does not answer on its own stats socket, and continue or end it; or the master is stopped or overloaded'

const workerBusy = 'the worker is stopped or overloaded'

/** In bytes; an answer to `show proc` has a line of 70 bytes for each process. */
const longestList = 1024 ** 2

/** The workers of a master process (`-S`, HAProxy 1.9 and newer). Rejects with a code `SOURCE_*` or `ANSWER_*`. */
export async function listWorkers(source: string, endpoint: Endpoint, options: ConnectOptions): Promise<Worker[]> {
  const command = { line: 'show proc\n', halfClose: true, noAnswer: masterBusy } as const
  const limits = { limit: longestList, tooLong: (text: string) => notMaster(source, text) }
  const text = await exchangeText(source, endpoint, command, options, limits)
  if (text !== '' && !text.startsWith('#<PID>')) throw notMaster(source, text)
  if (!text.endsWith('\n\n')) throw truncatedAnswer(source, 'show proc', text.length)
  try {
    return parseWorkers(text)
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    throw new StatsError(error.code, `${source}: ${error.message}`, { source }, error)
  }
}

function notMaster(source: string, text: string): StatsError {
  const line = firstLineOf(Buffer.from(text, 'latin1'))
  const hint = 'not a master socket of HAProxy (-S); write unix:// or tcp:// for a "stats socket"'
  return new StatsError('SOURCE_REFUSED', `${source} answered "${line}": ${hint}`, { source, hint })
}

/** The answer of the master for a worker that has ended. */
const noSuchWorker = /^Can't find the target PID/

/** Whether an error means that a worker has ended. */
export function isGone(error: unknown): boolean {
  return error instanceof StatsError && error.details['gone'] === true
}

/**
 * Queries one worker through its master, as `queryProcess` does, but with a connection for each command: the prefix
 * `@!<pid>` applies to one command, and HAProxy 2.0 answers only the first of two. `@<n>` does not reach old workers.
 * Rejects with an error that `isGone` recognizes when the worker has ended.
 */
export async function queryWorker(
  source: string,
  endpoint: Endpoint,
  pid: number,
  sink: AnswerSink,
  options: QueryOptions,
): Promise<{ rows: number }> {
  const { limit, selection = '' } = options
  const query = (part: 'info' | 'stat', left: number) => {
    const line = `@!${pid} show ${part}${part === 'stat' ? selection : ''}\n`
    const command = { line, halfClose: true, noAnswer: workerBusy } as const
    const rules = { parts: [part], limit: left, answerLimit: limit, refusal: refusedWorker } as const
    return queryParts(source, endpoint, command, sink, options, rules)
  }
  const { received } = await query('info', limit)
  return await query('stat', limit - received)
}

function refusedWorker(source: string, beginning: Buffer): StatsError {
  if (!noSuchWorker.test(beginning.toString('latin1'))) return refusal(source, beginning)
  return new StatsError('ANSWER_TRUNCATED', `${source} has ended`, { source, gone: true })
}
