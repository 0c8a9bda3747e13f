import type { Socket } from 'node:net'
import { type Address, reasonOf, StatsError } from '@haproxystats/core'
import { type AnswerPart, AnswerReader, type AnswerSummary, command } from './answer.ts'
import { type ConnectOptions, connect } from './connect.ts'

/**
 * Where an answer goes while it is read. Nothing more is read from the source until `write` has resolved; it rejects with a
 * `StatsError`.
 */
export interface AnswerSink {
  write(part: AnswerPart, bytes: Buffer): Promise<void> | void
}

export interface AskOptions {
  readonly connect: ConnectOptions
  /** The longest answer to accept, in bytes. */
  readonly limit: number
  /** Ends the asking at once; its reason should be a `SOURCE_TIMEOUT` when time is up. */
  readonly signal: AbortSignal
}

/**
 * Asks one HAProxy process, on one connection, for `show info` and `show stat`, and hands the answer on while it comes.
 * Resolves when the answer was complete; what `sink` got before a rejection is worth nothing. Rejects with one of the
 * codes `SOURCE_*` or `ANSWER_*`, or with the `StatsError` that `sink` threw.
 */
export async function ask(
  source: string,
  address: Address,
  sink: AnswerSink,
  { connect: connecting, limit, signal }: AskOptions,
): Promise<AnswerSummary> {
  const socket = await connect(source, address, connecting, signal)
  const reader = new AnswerReader(source, limit)
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    await read(socket, reader, sink)
    return reader.end()
  } catch (error) {
    if (signal.aborted) throw outOfTime(source, reader.received, signal.reason)
    throw error instanceof StatsError ? error : brokenOff(source, reader.received, error)
  } finally {
    signal.removeEventListener('abort', stop)
    socket.destroy()
  }
}

async function read(socket: Socket, reader: AnswerReader, sink: AnswerSink): Promise<void> {
  socket.write(command)
  for await (const chunk of socket) {
    for (const { part, bytes } of reader.push(chunk)) await sink.write(part, bytes)
  }
}

function outOfTime(source: string, received: number, reason: unknown): StatsError {
  const soFar = received === 0 ? 'it took the connection but said nothing' : `it broke off after ${received} bytes`
  const hint = 'is the process stopped, overloaded, or at the limit of "stats maxconn"?'
  return new StatsError(
    'SOURCE_TIMEOUT',
    `${source} did not answer completely: ${reasonOf(reason)}, ${soFar}; ${hint}`,
    { source, bytes: received },
    reason,
  )
}

function brokenOff(source: string, received: number, cause: unknown): StatsError {
  const hint = received === 0 ? '; is it really a stats socket of HAProxy, without "accept-proxy"?' : ''
  return new StatsError(
    'ANSWER_TRUNCATED',
    `${source} broke the connection after ${received} bytes: ${reasonOf(cause)}${hint}`,
    { source, bytes: received },
    cause,
  )
}
