import { type Endpoint, StatsError } from '@haproxystats/core'
import type { AnswerPart } from './answer.ts'
import { type AnswerSink, written } from './ask.ts'
import { type AskOptions, converse } from './exchange.ts'
import { PartReader } from './part-reader.ts'
import { printableLine, refusal } from './refusal.ts'

/** A worker as the master tells of it. */
export interface Worker {
  readonly pid: number
  /** From 1; more than one at a time only with `nbproc`, up to HAProxy 2.4. */
  readonly number: number
  /** How often HAProxy was reloaded since it was started: 0 for those of today. */
  readonly reloads: number
  /** Told by HAProxy 2.0 and newer. */
  readonly version?: string
}

const sections = new Map([
  ['# workers', true],
  ['# old workers', true],
  ['# programs', false],
  ['# old programs', false],
])

/** How old workers tell their number, up to 2.4. */
const wasNumber = /\[was: (\d+)\]/

/**
 * The workers in an answer to `show proc`, old ones too. Its columns differ: 1.9 to 2.4 have `<relative PID>`, and what
 * stands behind `<reloads>` may hold blanks.
 *
 * @throws ANSWER_MALFORMED when it is not such an answer.
 */
export function parseWorkers(text: string): Worker[] {
  const [header = '', ...lines] = text.split('\n')
  const columns = [...header.matchAll(/<([^>]*)>/g)].map(([, name]) => name)
  const [pid, type, number, reloads] = ['PID', 'type', 'relative PID', 'reloads'].map((name) => columns.indexOf(name))
  const telling = columns.at(-1) === 'version'
  if (!header.startsWith('#<PID>') || pid !== 0 || type !== 1 || reloads === -1) throw malformed(header)
  const workers: Worker[] = []
  let wanted = false
  for (const line of lines) {
    if (line.startsWith('#')) wanted = sections.get(line.trim()) ?? false
    const cells = line.trim().replace(wasNumber, '$1').split(/\s+/)
    if (!wanted || cells[type] !== 'worker') continue
    const numbers = [cells[0], number === -1 ? '1' : cells[number as number], cells[reloads as number]]
    if (!numbers.every((cell) => /^\d{1,10}$/.test(cell ?? ''))) throw malformed(line)
    const [own, position, age] = numbers.map(Number) as [number, number, number]
    const version = telling ? cells.at(-1) : undefined
    workers.push({ pid: own, number: position, reloads: age, ...(version !== undefined && { version }) })
  }
  return workers
}

function malformed(line: string): StatsError {
  return new StatsError('ANSWER_MALFORMED', `"${printableLine(Buffer.from(line))}" is not what show proc answers`)
}

const silentMaster =
  'all its 10 connections may be taken, by others or by questions to a worker that hangs, whose askers have left (haproxy#3351): look for a worker that does not answer on its own stats socket, and continue or end it; or the master is stopped or overloaded'

const silentWorker = 'the worker is stopped or overloaded'

/** An answer to `show proc` has a line of 70 bytes a process. */
const largestList = 1024 ** 2

/** Asks a master process (`-S`, HAProxy 1.9 and newer) for its workers. Rejects with a code `SOURCE_*` or `ANSWER_*`. */
export async function listWorkers(
  source: string,
  endpoint: Endpoint,
  options: Omit<AskOptions, 'limit'>,
): Promise<Worker[]> {
  const chunks: Buffer[] = []
  let received = 0
  const asking = { ...options, limit: largestList }
  await converse(source, endpoint, { line: 'show proc\n', last: true, silence: silentMaster }, asking, {
    received: () => received,
    take: (chunk) => {
      received += chunk.length
      chunks.push(Buffer.from(chunk))
      if (received > largestList) throw refusedMaster(source, chunks[0] as Buffer)
    },
  })
  const answer = Buffer.concat(chunks)
  const text = answer.toString('latin1')
  if (text !== '' && !text.startsWith('#<PID>')) throw refusedMaster(source, answer)
  if (!text.endsWith('\n\n')) {
    const message = `${source} closed the connection after ${received} bytes, before its answer to show proc was complete`
    throw new StatsError('ANSWER_TRUNCATED', message, { source, bytes: received })
  }
  try {
    return parseWorkers(text)
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    throw new StatsError(error.code, `${source}: ${error.message}`, { source }, error)
  }
}

function refusedMaster(source: string, answer: Buffer): StatsError {
  const end = answer.indexOf('\n')
  const line = printableLine(answer.subarray(0, end === -1 ? answer.length : end))
  const hint = 'this is no master socket of HAProxy (-S); write unix:// or tcp:// for a "stats socket"'
  return new StatsError('SOURCE_REFUSED', `${source} answered "${line}": ${hint}`, { source, hint })
}

/** What the master says of a worker that has ended. */
const noSuchWorker = /^Can't find the target PID/

/** Whether an error means that a worker has ended. */
export function isGone(error: unknown): boolean {
  return error instanceof StatsError && error.details['gone'] === true
}

/**
 * Asks one worker through its master, as `ask` does, but with a connection for each command: the prefix `@!<pid>` holds for
 * one command, and HAProxy 2.0 answers only the first of two. Rejects with an error that `isGone` knows when the worker
 * has ended.
 */
export async function askWorker(
  source: string,
  endpoint: Endpoint,
  pid: number,
  sink: AnswerSink,
  options: AskOptions,
): Promise<{ rows: number }> {
  let left = options.limit
  let rows = 0
  for (const part of ['info', 'stat'] as const) {
    const reader = new PartReader(source, { part, limit: left, given: options.limit, refusal: refusedWorker })
    const words = { line: commandFor(pid, part, options.selection), last: true, silence: silentWorker } as const
    await converse(source, endpoint, words, options, {
      received: () => reader.received,
      take: (chunk) => written(reader.push(chunk).map((bytes) => sink.write(part, bytes))),
    })
    for (const bytes of reader.end()) await sink.write(part, bytes)
    left -= reader.received
    rows = reader.rows
  }
  return { rows }
}

/** `@<n>` does not reach old workers. */
function commandFor(pid: number, part: AnswerPart, selection = ''): string {
  return `@!${pid} show ${part}${part === 'stat' ? selection : ''}\n`
}

function refusedWorker(source: string, beginning: Buffer): StatsError {
  if (!noSuchWorker.test(beginning.toString('latin1'))) return refusal(source, beginning)
  return new StatsError('ANSWER_TRUNCATED', `${source} has ended`, { source, gone: true })
}
