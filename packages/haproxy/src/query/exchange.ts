import type { Socket } from 'node:net'
import { type Endpoint, reasonOf, StatsError } from '@haproxystats/core'
import { type ConnectOptions, connect } from './connect.ts'
import { SocketReader, type Take } from './socket-reader.ts'

/** One line for HAProxy's command line interface. */
export interface Command {
  readonly line: string
  /** Closes our side after the line: a master socket closes its own only then, a stats socket by itself. */
  readonly halfClose?: true
  /** Possible causes when there is no answer in time, for the error; those of a stats socket unless set. */
  readonly noAnswer?: string
}

/**
 * Sends one line and takes everything until HAProxy closes, on a connection of its own. Rejects with `SOURCE_CONNECT`,
 * `SOURCE_TIMEOUT`, `ANSWER_TRUNCATED`, or the `StatsError` that `take` threw.
 */
export async function exchange(
  source: string,
  endpoint: Endpoint,
  command: Command,
  options: ConnectOptions,
  take: Take,
): Promise<void> {
  const { signal, keepUnanswered } = options
  const reader = new SocketReader()
  let received = 0
  const takeCounted: Take = (chunk) => {
    received += chunk.length
    return take(chunk)
  }
  try {
    const socket = await connect(source, endpoint, options, reader.onread)
    const encrypted = endpoint.kind === 'tcp' && endpoint.tls
    const read = () => (encrypted ? readEach(socket, takeCounted) : reader.readAll(socket, takeCounted))
    const giveUp = () => {
      if (keepUnanswered === undefined || encrypted) socket.destroy()
      else reader.leave(socket, keepUnanswered)
    }
    await sendAndRead(socket, command, { signal, giveUp, read }).catch((error) => {
      throw exchangeError(source, received, { signal, noAnswer: command.noAnswer }, error)
    })
  } finally {
    reader.close()
  }
}

/** As `exchange`, for a short answer. Throws the error of `tooLong` when it is longer than `limit` bytes. */
export async function exchangeText(
  source: string,
  endpoint: Endpoint,
  command: Command,
  options: ConnectOptions,
  { limit, tooLong }: { limit: number; tooLong: (text: string) => StatsError },
): Promise<string> {
  let text = ''
  await exchange(source, endpoint, command, options, (chunk) => {
    text += chunk.toString('latin1')
    if (text.length > limit) throw tooLong(text)
  })
  return text
}

/** The connection was closed before the answer to `command` was complete. */
export function truncatedAnswer(source: string, command: string, bytes: number): StatsError {
  const text = `${source} closed the connection after ${bytes} bytes, before its answer to ${command} was complete`
  return new StatsError('ANSWER_TRUNCATED', text, { source, bytes })
}

/** Sends the line and reads until the end, or until `signal` aborts: then `giveUp` disposes of the connection. */
async function sendAndRead(
  socket: Socket,
  { line, halfClose }: Command,
  { signal, giveUp, read }: { signal: AbortSignal; giveUp: () => void; read: () => Promise<void> },
): Promise<void> {
  let stop: () => void = () => undefined
  let givenUp = false
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      givenUp = true
      reject(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    signal.throwIfAborted()
    if (halfClose) socket.end(line)
    else socket.write(line)
    await Promise.race([read(), aborted])
  } finally {
    signal.removeEventListener('abort', stop)
    if (givenUp) giveUp()
    else socket.destroy()
  }
}

async function readEach(socket: Socket, take: Take): Promise<void> {
  for await (const chunk of socket) await take(chunk)
}

const statsSocketBusy =
  'all connections that "stats maxconn" allows (10 unless set) may be in use: close some, or raise it in the section "global" of haproxy.cfg; or the process is stopped or overloaded'

/** The error for an exchange that failed after it was connected. */
export function exchangeError(
  source: string,
  received: number,
  { signal, noAnswer = statsSocketBusy }: { signal: AbortSignal; noAnswer?: string | undefined },
  error: unknown,
): StatsError {
  if (signal.aborted) {
    const got = received === 0 ? `no answer after connecting; ${noAnswer}` : partly(received)
    const text = `timeout reading ${source} (${reasonOf(signal.reason)}): ${got}`
    return new StatsError('SOURCE_TIMEOUT', text, { source, bytes: received }, signal.reason)
  }
  if (error instanceof StatsError) return error
  const errno = (error as NodeJS.ErrnoException).code ?? ''
  const hint = /ALERT_(CERTIFICATE|HANDSHAKE)/.test(errno)
    ? '; it rejected the client certificate, see tls-certificate-file'
    : received === 0
      ? '; is it a stats socket of HAProxy, without "accept-proxy"?'
      : ''
  const text = `${source} broke the connection after ${received} bytes: ${reasonOf(error)}${hint}`
  return new StatsError('ANSWER_TRUNCATED', text, { source, bytes: received, errno }, error)
}

function partly(received: number): string {
  return `incomplete answer of ${received} bytes; is the process stopped or overloaded?`
}
