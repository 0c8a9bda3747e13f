import http from 'node:http'
import type net from 'node:net'
import { type PageAddress, StatsError, version } from '@haproxystats/core'
import type { AnswerSink } from './ask.ts'
import { connect } from './connect.ts'
import { type AskOptions, conversationError } from './exchange.ts'
import { PartReader } from './part-reader.ts'
import { printableLine } from './refusal.ts'

export interface PageOptions extends AskOptions {
  /** Whoever the page wants to know; that of the address comes first. */
  readonly user?: string
  readonly password?: string
}

/** The path and query of a page as CSV. HAProxy looks for its formats behind any semicolon after its `stats uri`. */
export function csvTarget(target: string): string {
  return `${target};csv`
}

/**
 * Asks a statistics page for its CSV, which is `show stat` as a user of level `user` sees it, without the empty line at
 * its end: that is added. There is no `show info`. Otherwise as `ask`. Redirects are not followed.
 */
export async function askPage(
  source: string,
  page: PageAddress,
  sink: AnswerSink,
  options: PageOptions,
): Promise<{ rows: number }> {
  const { signal, limit } = options
  const reader = new PartReader(source, { part: 'stat', limit, addsEnd: true, refusal: noCsv })
  const socket = await connect(source, page.at, options.connect, signal)
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    const response = await request(page, socket, options)
    const known = page.user !== undefined || options.user !== undefined
    if (response.statusCode !== 200) throw refused(source, response, known)
    if (!saysItsEnd(response)) throw endless(source)
    for await (const chunk of response) for (const bytes of reader.push(chunk)) await sink.write('stat', bytes)
    signal.throwIfAborted()
    for (const bytes of reader.end()) await sink.write('stat', bytes)
    return { rows: reader.rows }
  } catch (error) {
    throw conversationError(source, reader.received, { signal }, error)
  } finally {
    signal.removeEventListener('abort', stop)
    socket.destroy()
  }
}

function request(page: PageAddress, socket: net.Socket, options: PageOptions): Promise<http.IncomingMessage> {
  const { user = options.user, password = options.password } = page
  const credentials = Buffer.from(`${user}:${password ?? ''}`).toString('base64')
  return new Promise((resolve, reject) => {
    const asking = http.request({
      createConnection: () => socket,
      path: csvTarget(page.target),
      headers: {
        host: hostHeader(page),
        'user-agent': `haproxystats/${version}`,
        connection: 'close',
        ...(user !== undefined && { authorization: `Basic ${credentials}` }),
      },
    })
    asking.once('response', resolve)
    asking.once('upgrade', () => reject(new Error('it wants to speak something else than HTTP')))
    asking.on('error', reject)
    asking.end()
  })
}

function hostHeader({ at }: PageAddress): string {
  if (at.kind === 'unix') return 'localhost'
  return `${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`
}

/** Whether a response that was cut short can be told from a whole one. */
function saysItsEnd({ headers }: http.IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding']?.toLowerCase() === 'chunked'
}

function endless(source: string): StatsError {
  const hint = 'something between, or no HAProxy, does not say where its answer ends'
  return new StatsError('SOURCE_REFUSED', `${source} answered without a length: ${hint}`, { source, hint })
}

/** What to do about a status, for people. */
const advice: Readonly<Record<number, string>> = {
  403: 'the page does not let us in ("stats http-request deny", or an ACL)',
  404: 'there is no such page; is the path that of "stats uri", and "stats enable" or "stats uri" in this frontend?',
  503: 'no page and no server answers there; is the path that of "stats uri"?',
}

function refused(source: string, response: http.IncomingMessage, known: boolean): StatsError {
  const status = response.statusCode ?? 0
  const location = printableLine(Buffer.from(response.headers.location ?? '').subarray(0, 200))
  const hint =
    status === 401
      ? known
        ? 'it does not take this user and password (http-user, http-password-file); compare "stats auth" in haproxy.cfg'
        : 'it asks for a user and a password; set http-user and http-password-file'
      : status >= 300 && status < 400
        ? `it redirects to "${location}", which is not followed; write that address into servers`
        : (advice[status] ?? 'it is no statistics page')
  return new StatsError('SOURCE_REFUSED', `${source} answered with status ${status}: ${hint}`, { source, hint, status })
}

function noCsv(source: string, beginning: Buffer): StatsError {
  const end = beginning.indexOf('\n')
  const line = printableLine(beginning.subarray(0, end === -1 ? beginning.length : end))
  const hint = 'this is not the CSV of a statistics page; is the path that of "stats uri"?'
  return new StatsError('SOURCE_REFUSED', `${source} answered "${line}": ${hint}`, { source, hint })
}
