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
    try {
      if (command.halfClose) socket.end(command.line)
      else socket.write(command.line)
      await reader.readAll(socket, takeCounted, signal)
    } catch (error) {
      throw exchangeError(source, received, { signal, noAnswer: command.noAnswer }, error)
    } finally {
      if (signal.aborted && keepUnanswered) reader.leave(socket, keepUnanswered)
      else socket.destroy()
    }
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
    const partly = `incomplete answer of ${received} bytes; is the process stopped or overloaded?`
    const got = received === 0 ? `no answer after connecting; ${noAnswer}` : partly
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
