import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Configuration } from '@haproxystats/core'
import bcrypt from 'bcryptjs'
import { text } from '../types/route.ts'
import { followCertificate, readCertificate } from './certificate.ts'
import { type Connection, Connections } from './connections.ts'
import { Events } from './events.ts'
import { hostCheck, thisMachine } from './host-check.ts'
import { listen } from './listen.ts'
import type { Compare } from './password-queue.ts'
import { Passwords } from './passwords.ts'
import { Pipelining } from './pipelining.ts'
import { type PreparedResponse, prepareResponse } from './prepared-response.ts'
import { parseTarget } from './request-target.ts'
import { respond } from './respond.ts'
import { busy, Responder, type ResponderContext } from './responder.ts'
import { securityHeaders } from './security.ts'

/** Health checks, which have no password, ask for these; the responses hold no statistics. */
const openPaths: ReadonlySet<string> = new Set(['health', 'ready'])

const eventsPath = 'api/v1/events'

/**
 * How long a client may take for its request, not read an answer, and be idle, in milliseconds; how often that is
 * looked at.
 */
const usualPatience = { headers: 10_000, request: 15_000, silence: 60_000, keepAlive: 75_000, interval: 5000 }

const usualCertificateInterval = 30_000

/** How many different messages requests may log, so that what clients send leaves room for defects of the program. */
const mostLogged = { warn: 20, error: 100 }

/** What is said of a request that cannot be read, by the code of the error. */
const mistakes: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

export interface ServerContext extends ResponderContext {
  readonly settings: NonNullable<Configuration['http']>
  readonly files: ReadonlyMap<string, PreparedResponse>
  readonly log: (severity: 'info' | 'warn' | 'error', message: string) => void
  /** How often the files of the certificate are looked at, in milliseconds. */
  readonly certificateInterval?: number
  readonly patience?: typeof usualPatience
  /** In this thread unless given. */
  readonly compare?: Compare
}

/** Answers requests from what is known now. Nothing that a client does reaches further than its own connection. */
export class HttpServer {
  readonly #context: ServerContext
  readonly #passwords: Passwords | undefined
  readonly #responder: Responder
  readonly #events = new Events()
  readonly #ending = new AbortController()
  readonly #servers: Server[]
  readonly #unfollow: () => void
  readonly #connections: Connections
  readonly #pipelining: Pipelining
  readonly #mistakeOfHost: (host: string | undefined) => string | undefined
  #logged = new Set<string>()

  /** @throws CONFIGURATION when a file of passwords or certificates is not what it should be. */
  constructor(context: ServerContext) {
    this.#context = context
    this.#responder = new Responder(context)
    const { settings, log, compare = bcrypt.compare } = context
    const passwordFile = settings['password-file']
    this.#passwords = passwordFile === undefined ? undefined : new Passwords(passwordFile, { log, compare })
    this.#mistakeOfHost = hostCheck(settings, thisMachine())
    const { patience = usualPatience } = context
    const most = settings['max-connections']
    const mostOfOne = settings['max-connections-per-address'] ?? Math.ceil(most / 2)
    this.#connections = new Connections({ most, mostOfOne, ...patience })
    this.#pipelining = new Pipelining(this.#connections, (...asked) => void this.#handle(...asked))
    const limits = {
      headersTimeout: patience.headers,
      requestTimeout: patience.request,
      keepAliveTimeout: patience.keepAlive,
      connectionsCheckingInterval: patience.interval,
      maxHeaderSize: 16 * 1024,
    }
    const certificate = settings['tls-certificate-file']
    if (certificate === undefined) {
      this.#servers = settings.listen.map(() => this.#prepare(createServer(limits), false))
      this.#unfollow = () => undefined
      return
    }
    const files = { certificate, key: settings['tls-key-file'] }
    const options = { ...limits, ...readCertificate(files), handshakeTimeout: patience.headers }
    const servers = settings.listen.map(() => createSecureServer(options))
    this.#servers = servers.map((server) => this.#prepare(server, true))
    const { certificateInterval: interval = usualCertificateInterval } = context
    this.#unfollow = followCertificate(files, servers, { interval, log })
  }

  /** Listens at every address; goes on trying where it cannot. Resolves when each has been tried once. */
  async start(): Promise<void> {
    const { settings, log } = this.#context
    const scheme = settings['tls-certificate-file'] === undefined ? 'http' : 'https'
    const listening = this.#servers.map((server, index) =>
      listen(server, settings.listen[index] as string, {
        scheme,
        socketMode: Number.parseInt(settings['socket-mode'], 8),
        signal: this.#ending.signal,
        log,
      }),
    )
    await Promise.all(listening)
  }

  /** There is a newer snapshot. */
  refresh(): void {
    this.#responder.refresh()
    const { view } = this.#context.facts
    if (view !== undefined) this.#events.publish(view.snapshot)
  }

  /** Answers what was asked and hangs up. */
  async close(): Promise<void> {
    this.#ending.abort()
    this.#unfollow()
    this.#events.close()
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)))
    this.#connections.closeIdle()
    const timer = setTimeout(() => this.#connections.close(), 1000)
    await Promise.all(closed)
    clearTimeout(timer)
    this.#connections.close()
  }

  #prepare<S extends Server>(server: S, withTls: boolean): S {
    server.on('connection', (socket) => this.#connections.admit(socket, withTls))
    server.on('secureConnection', (socket: TLSSocket) => this.#connections.secured(socket))
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
      this.#connections.refuse(socket, mistakes[error.code ?? ''] ?? '400 Bad Request'),
    )
    server.on('request', (request, response) => this.#pipelining.take(request, response))
    return server
  }

  async #handle(request: IncomingMessage, response: ServerResponse, { isSpare }: Connection): Promise<void> {
    response.on('error', () => undefined)
    if (isSpare) response.setHeader('Connection', 'close')
    try {
      const prepared = await this.#answer(request, response, isSpare)
      if (prepared === undefined || response.destroyed) return
      this.#responder.sending(prepared, response)
      await respond(request, response, prepared)
    } catch (error) {
      this.#logOnce('error', `request failed, a defect of the program: ${(error as Error).stack}`)
      if (response.headersSent) response.destroy()
      else await respond(request, response, plain('Internal error, a defect of haproxystats; see its log.', 500))
    }
  }

  /** `undefined` when the response is dealt with. */
  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    isSpare: boolean,
  ): Promise<PreparedResponse | undefined> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plain('Only GET and HEAD are answered.', 405, { Allow: 'GET, HEAD' })
    }
    if (hasBody(request)) return plain('A request with a body is not answered.', 413, { Connection: 'close' })
    const url = request.url ?? ''
    const target = parseTarget(url)
    if (typeof target === 'string') return plain(`This request cannot be read: ${target}.`, 400)
    const path = target.segments.join('/')
    const accept = String(request.headers.accept ?? '')
    // These do not wait for other requests.
    if (openPaths.has(path)) return prepareResponse(await this.#responder.now({ ...target, accept }))
    if (isSpare) return busy('Too many clients are connected (max-connections, max-connections-per-address)')
    const refusal = this.#wrongHost(request) ?? (await this.#refusal(request))
    if (refusal !== undefined) return refusal
    if (path === eventsPath && request.method === 'GET') return this.#listenTo(response)
    const file = target.format === '' ? this.#context.files.get(path) : undefined
    if (file !== undefined) return file
    return this.#responder.ask(`${url}\n${accept}`, { ...target, accept }, response)
  }

  #wrongHost({ headers: { host }, socket }: IncomingMessage): PreparedResponse | undefined {
    const isUnix = this.#connections.of(socket)?.network === undefined
    const mistake = isUnix ? undefined : this.#mistakeOfHost(host)
    if (mistake === undefined) return undefined
    this.#logOnce('warn', `request refused: ${mistake}`)
    return plain(`Refused: ${mistake}.`, 421)
  }

  async #refusal({ headers: { authorization }, socket }: IncomingMessage): Promise<PreparedResponse | undefined> {
    const network = this.#connections.of(socket)?.network
    const verdict = (await this.#passwords?.check(authorization, network)) ?? 'allowed'
    if (verdict === 'allowed') return undefined
    if (verdict === 'busy') return busy('Too many passwords are being checked')
    const challenge = 'Basic realm="haproxystats", charset="UTF-8"'
    return plain('A user and a password are needed.', 401, { 'WWW-Authenticate': challenge })
  }

  #listenTo(response: ServerResponse): PreparedResponse | undefined {
    const { view } = this.#context.facts
    if (this.#events.open(response, securityHeaders, view?.snapshot)) return undefined
    return plain('Too many pages are open; ask for /api/v1/overview every few seconds instead.', 503)
  }

  /** The same would fill the log at the pace of requests. */
  #logOnce(severity: 'warn' | 'error', message: string): void {
    if (this.#logged.has(message) || this.#logged.size > mostLogged[severity]) return
    this.#logged.add(message)
    this.#context.log(severity, message)
  }
}

function plain(body: string, status: number, headers: Readonly<Record<string, string>> = {}): PreparedResponse {
  return prepareResponse({ ...text(body, status), headers })
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
}
