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
  /**
   * Takes a connection whose answer did not come in time, instead of closing it: it closes itself when something comes
   * after all, or when the other side closes it.
   */
  readonly keep?: (socket: Socket) => void
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
  /** What it may mean that nothing is answered in time, for the error; that of a stats socket unless told. */
  readonly silence?: string
}

/**
 * One line, and everything that is answered until HAProxy closes, on a connection of its own. Rejects with `SOURCE_CONNECT`,
 * `SOURCE_TIMEOUT`, `ANSWER_TRUNCATED`, or the `StatsError` that `take` threw.
 */
export async function converse(
  source: string,
  endpoint: Endpoint,
  words: Words,
  { connect: connecting, signal, keep }: AskOptions,
  listener: Listener,
): Promise<void> {
  const inbox = new Inbox()
  try {
    const socket = await connect(source, endpoint, connecting, signal, inbox)
    const encrypted = endpoint.kind === 'tcp' && endpoint.tls
    const read = () => (encrypted ? readEach(socket, listener.take) : inbox.readAll(socket, listener.take))
    const giveUp = () => {
      if (keep === undefined || encrypted) socket.destroy()
      else inbox.leave(socket, keep)
    }
    await talk(socket, words, { signal, giveUp, read }).catch((error) => {
      throw conversationError(source, listener.received(), { signal, silence: words.silence }, error)
    })
  } finally {
    inbox.close()
  }
}

/** Says `words`, and reads until the end, or until `signal` aborts: then `giveUp` gets the connection. */
async function talk(
  socket: Socket,
  { line, last }: Words,
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
    if (last) socket.end(line)
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

/** The error for a conversation that did not come to its end. */
export function conversationError(
  source: string,
  received: number,
  { signal, silence = ofStatsSocket }: { signal: AbortSignal; silence?: string | undefined },
  error: unknown,
): StatsError {
  if (signal.aborted) return outOfTime(source, received, signal.reason, silence)
  return error instanceof StatsError ? error : brokenOff(source, received, error)
}

const ofStatsSocket =
  'as many others as "stats maxconn" allows (10 unless set) may be asking: close them, or raise it in the section "global" of haproxy.cfg; or the process is stopped or overloaded'

function outOfTime(source: string, received: number, reason: unknown, silence: string): StatsError {
  const silent = `it took the connection but said nothing; ${silence}`
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
