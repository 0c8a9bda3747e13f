import type { Socket } from 'node:net'
import { type Endpoint, reasonOf, StatsError } from '@haproxystats/core'
import { type ConnectOptions, connect } from './connect.ts'
import { Inbox, type Take } from './inbox.ts'

export interface AskOptions {
  readonly connect: ConnectOptions
  /** The longest answer to accept, in bytes. */
  readonly limit: number
  /** What follows `show stat`, to leave rows out; nothing unless told. */
  readonly selection?: string
  /** Ends the asking at once; its reason should be a `SOURCE_TIMEOUT` when time is up. */
  readonly signal: AbortSignal
}

/** Who gets what a source says. What `take` keeps of a chunk it must have copied when it returns. */
export interface Listener {
  readonly take: Take
  /** Bytes so far, for errors. */
  received(): number
}

/** What is said to a source. */
export interface Words {
  readonly line: string
  /** Closes our side behind it: the master socket closes its own only then, a stats socket by itself. */
  readonly last?: true
}

/**
 * One line, and everything that is answered until HAProxy closes, on a connection of its own. Rejects with `SOURCE_CONNECT`,
 * `SOURCE_TIMEOUT`, `ANSWER_TRUNCATED`, or the `StatsError` that `take` threw.
 */
export async function converse(
  source: string,
  endpoint: Endpoint,
  words: Words,
  { connect: connecting, signal }: AskOptions,
  listener: Listener,
): Promise<void> {
  const inbox = new Inbox()
  try {
    const socket = await connect(source, endpoint, connecting, signal, inbox)
    const encrypted = endpoint.kind === 'tcp' && endpoint.tls
    const read = () => (encrypted ? readEach(socket, listener.take) : inbox.readAll(socket, listener.take))
    await talk(socket, words, signal, read).catch((error) => {
      throw conversationError(source, listener.received(), signal, error)
    })
  } finally {
    inbox.close()
  }
}

/** Says `words`, and reads until the end. */
async function talk(
  socket: Socket,
  { line, last }: Words,
  signal: AbortSignal,
  read: () => Promise<void>,
): Promise<void> {
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    if (last) socket.end(line)
    else socket.write(line)
    await read()
    signal.throwIfAborted()
  } finally {
    signal.removeEventListener('abort', stop)
    socket.destroy()
  }
}

async function readEach(socket: Socket, take: Take): Promise<void> {
  for await (const chunk of socket) await take(chunk)
}

/** The error for a conversation that did not come to its end. */
export function conversationError(source: string, received: number, signal: AbortSignal, error: unknown): StatsError {
  if (signal.aborted) return outOfTime(source, received, signal.reason)
  return error instanceof StatsError ? error : brokenOff(source, received, error)
}

function outOfTime(source: string, received: number, reason: unknown): StatsError {
  const silent =
    'it took the connection but said nothing; as many others as "stats maxconn" allows (10 unless set) may be asking: close them, or raise it in the section "global" of haproxy.cfg; or the process is stopped or overloaded'
  const broken = `it broke off after ${received} bytes; is the process stopped or overloaded?`
  return new StatsError(
    'SOURCE_TIMEOUT',
    `${source} did not answer completely: ${reasonOf(reason)}, ${received === 0 ? silent : broken}`,
    { source, bytes: received },
    reason,
  )
}

function brokenOff(source: string, received: number, cause: unknown): StatsError {
  const errno = (cause as NodeJS.ErrnoException).code ?? ''
  const silent = received === 0 ? '; is it really a stats socket of HAProxy, without "accept-proxy"?' : ''
  const hint = /ALERT_(CERTIFICATE|HANDSHAKE)/.test(errno)
    ? '; it wants another client certificate, see tls-certificate-file'
    : silent
  return new StatsError(
    'ANSWER_TRUNCATED',
    `${source} broke the connection after ${received} bytes: ${reasonOf(cause)}${hint}`,
    { source, bytes: received, errno },
    cause,
  )
}
