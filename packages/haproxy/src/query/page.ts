import http from 'node:http'
import type net from 'node:net'
import { type PageAddress, StatsError, version } from '@haproxystats/core'
import { AnswerChecker, type AnswerSink } from './answer-checker.ts'
import { connect } from './connect.ts'
import { exchangeError } from './exchange.ts'
import type { QueryOptions } from './query.ts'
import { firstLineOf, printableLine } from './refusal.ts'

/**
 * Queries a statistics page for its CSV, which is `show stat` as a user of level `user` sees it, without the empty line at
 * its end: that is added. There is no `show info`. Otherwise as `queryProcess`. Redirects are not followed.
 */
export async function queryPage(
  source: string,
  page: PageAddress,
  sink: AnswerSink,
  options: QueryOptions,
): Promise<{ rows: number }> {
  const { signal, limit } = options
  const checker = new AnswerChecker(source, sink, { parts: ['stat'], limit, addsEnd: true, refusal: notCsv })
  const socket = await connect(source, page.at, options)
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    const response = await request(page, socket, options)
    const hasUser = page.user !== undefined || options.user !== undefined
    if (response.statusCode !== 200) throw refused(source, response, hasUser)
    if (!hasEnd(response)) throw endless(source)
    for await (const chunk of response) await checker.push(chunk)
    signal.throwIfAborted()
    await checker.end()
    return { rows: checker.rows }
  } catch (error) {
    throw exchangeError(source, checker.received, { signal }, error)
  } finally {
    signal.removeEventListener('abort', stop)
    socket.destroy()
  }
}

function request(page: PageAddress, socket: net.Socket, options: QueryOptions): Promise<http.IncomingMessage> {
  const { user = options.user, password = options.password } = page
  const credentials = Buffer.from(`${user}:${password ?? ''}`).toString('base64')
  return new Promise((resolve, reject) => {
    const outgoing = http.request({
      createConnection: () => socket,
      // HAProxy looks for its formats behind any semicolon after its `stats uri`.
      path: `${page.target};csv`,
      headers: {
        host: hostHeader(page),
        'user-agent': `haproxystats/${version}`,
        connection: 'close',
        ...(user !== undefined && { authorization: `Basic ${credentials}` }),
      },
    })
    outgoing.once('response', resolve)
    outgoing.once('upgrade', () => reject(new Error('it switched to another protocol than HTTP')))
    outgoing.on('error', reject)
    outgoing.end()
  })
}

function hostHeader({ at }: PageAddress): string {
  if (at.kind === 'unix') return 'localhost'
  return `${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`
}

/** Whether a truncated response can be told from a complete one. */
function hasEnd({ headers }: http.IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding']?.toLowerCase() === 'chunked'
}

function endless(source: string): StatsError {
  const hint = 'a proxy in between, or a server that is not HAProxy, does not mark the end of its answer'
  return new StatsError('SOURCE_REFUSED', `${source} answered without a length: ${hint}`, { source, hint })
}

const statusHints: Readonly<Record<number, string>> = {
  403: 'the page denies access ("stats http-request deny", or an ACL)',
  404: 'no such page; is the path that of "stats uri", and is "stats enable" or "stats uri" in this frontend?',
  503: 'no page and no server answers there; is the path that of "stats uri"?',
}

function refused(source: string, response: http.IncomingMessage, hasUser: boolean): StatsError {
  const status = response.statusCode ?? 0
  const details = { source, hint: hintFor(status, response.headers.location, hasUser), status }
  return new StatsError('SOURCE_REFUSED', `${source} answered with status ${status}: ${details.hint}`, details)
}

function hintFor(status: number, location: string | undefined, hasUser: boolean): string {
  if (status === 401 && hasUser) {
    return 'user or password rejected (http-user, http-password-file); compare "stats auth" in haproxy.cfg'
  }
  if (status === 401) return 'user and password required; set http-user and http-password-file'
  if (status < 300 || status >= 400) return statusHints[status] ?? 'not a statistics page'
  const target = printableLine(Buffer.from(location ?? '').subarray(0, 200))
  return `redirect to "${target}", which is not followed; write that address into servers`
}

function notCsv(source: string, beginning: Buffer): StatsError {
  const hint = 'not the CSV of a statistics page; is the path that of "stats uri"?'
  const text = `${source} answered "${firstLineOf(beginning)}": ${hint}`
  return new StatsError('SOURCE_REFUSED', text, { source, hint })
}
