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
  options: AskOptions,
): Promise<AnswerSummary> {
  const reader = new AnswerReader(source, options.limit)
  await converse(source, address, command, options, {
    received: () => reader.received,
    take: async (chunk) => {
      for (const { part, bytes } of reader.push(chunk)) await sink.write(part, bytes)
    },
  })
  return reader.end()
}

/** Who gets what a source says. Nothing more is read until `take` has resolved. */
interface Listener {
  take(chunk: Buffer): Promise<void> | void
  /** Bytes so far, for errors. */
  received(): number
}

/**
 * One line, and everything that is answered until HAProxy closes, on a connection of its own. Rejects with `SOURCE_CONNECT`,
 * `SOURCE_TIMEOUT`, `ANSWER_TRUNCATED`, or the `StatsError` that `take` threw.
 */
export async function converse(
  source: string,
  address: Address,
  line: string,
  { connect: connecting, signal }: AskOptions,
  listener: Listener,
): Promise<void> {
  const socket = await connect(source, address, connecting, signal)
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    socket.write(line)
    for await (const chunk of socket) await listener.take(chunk)
    signal.throwIfAborted()
  } catch (error) {
    if (signal.aborted) throw outOfTime(source, listener.received(), signal.reason)
    throw error instanceof StatsError ? error : brokenOff(source, listener.received(), error)
  } finally {
    signal.removeEventListener('abort', stop)
    socket.destroy()
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
