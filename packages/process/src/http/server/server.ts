import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { atMost, type Configuration } from '@haproxystats/core'
import { type Answer, type Facts, json, type Question, type Route, text } from '../routes/route.ts'
import { AnswerCache, makeReady, type Ready } from './cache.ts'
import { followCertificate, readCertificate } from './certificate.ts'
import { Events } from './events.ts'
import { InFlight } from './in-flight.ts'
import { listen } from './listen.ts'
import { Passwords } from './passwords.ts'
import { respond } from './respond.ts'
import { securityHeaders } from './security.ts'
import { readTarget } from './target.ts'

/** Asked for by programs that hold no password: they tell no number. */
const openPaths: ReadonlySet<string> = new Set(['health', 'ready'])

const eventsPath = 'api/v1/events'

/** How long a client may take for its request, and not read an answer, in milliseconds. */
const patience = { headers: 10_000, request: 15_000, silence: 60_000, keepAlive: 75_000 } as const

const usualCertificateInterval = 30_000

const limits = {
  headersTimeout: patience.headers,
  requestTimeout: patience.request,
  keepAliveTimeout: patience.keepAlive,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 * 1024,
}

/** Nothing more is made while slow clients keep so many bytes. */
const mostInFlight = 256 * 1024 * 1024

export interface ServerContext {
  readonly settings: NonNullable<Configuration['http']>
  readonly routes: readonly Route[]
  readonly files: ReadonlyMap<string, Ready>
  readonly facts: Facts
  readonly tell: (severity: 'info' | 'warn' | 'error', message: string) => void
  /** How often the files of the certificate are looked at, in milliseconds. */
  readonly certificateInterval?: number
  readonly mostInFlight?: number
}

/** Answers requests from what is known now. Nothing that a client does reaches further than its own connection. */
export class HttpServer {
  readonly #context: ServerContext
  readonly #passwords: Passwords | undefined
  readonly #cache = new AnswerCache()
  readonly #events = new Events()
  readonly #ending = new AbortController()
  readonly #inFlight = new InFlight()
  readonly #inTurn = atMost(1)
  readonly #servers: Server[]
  readonly #unfollow: () => void
  #connections = 0
  #told = new Set<string>()

  /** @throws CONFIGURATION when a file of passwords or certificates is not what it should be. */
  constructor(context: ServerContext) {
    this.#context = context
    const { settings, tell } = context
    const passwordFile = settings['password-file']
    this.#passwords = passwordFile === undefined ? undefined : new Passwords(passwordFile, (why) => tell('warn', why))
    const certificate = settings['tls-certificate-file']
    if (certificate === undefined) {
      this.#servers = settings.listen.map(() => this.#prepare(createServer(limits)))
      this.#unfollow = () => undefined
      return
    }
    const files = { certificate, key: settings['tls-key-file'] }
    const options = { ...limits, ...readCertificate(files), handshakeTimeout: patience.headers }
    const servers = settings.listen.map(() => createSecureServer(options))
    this.#servers = servers.map((server) => this.#prepare(server))
    const { certificateInterval: interval = usualCertificateInterval } = context
    this.#unfollow = followCertificate(files, servers, { interval, tell })
  }

  /** Listens at every address; goes on trying where it cannot. Resolves when each has been tried once. */
  async start(): Promise<void> {
    const { settings, tell } = this.#context
    const scheme = settings['tls-certificate-file'] === undefined ? 'http' : 'https'
    const listening = this.#servers.map((server, index) =>
      listen(server, settings.listen[index] as string, {
        scheme,
        socketMode: Number.parseInt(settings['socket-mode'], 8),
        signal: this.#ending.signal,
        tell,
      }),
    )
    await Promise.all(listening)
  }

  /** There is a newer snapshot. */
  refresh(): void {
    this.#cache.clear()
    const { view } = this.#context.facts
    if (view !== undefined) this.#events.tell(view.snapshot)
  }

  /** Answers what was asked and hangs up. */
  async close(): Promise<void> {
    this.#ending.abort()
    this.#unfollow()
    this.#events.close()
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)))
    const timer = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections()
    }, 1000)
    for (const server of this.#servers) server.closeIdleConnections()
    await Promise.all(closed)
    clearTimeout(timer)
  }

  #prepare<S extends Server>(server: S): S {
    const { settings } = this.#context
    server.on('request', (request, response) => void this.#handle(request, response))
    server.setTimeout(patience.silence)
    server.on('connection', (socket) => {
      this.#connections++
      socket.on('close', () => this.#connections--)
      if (this.#connections > settings['max-connections']) socket.destroy()
    })
    server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      else socket.destroy()
    })
    return server
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined)
    try {
      const ready = await this.#answer(request, response)
      if (ready === undefined || response.destroyed) return
      this.#inFlight.add(ready)
      response.once('close', () => this.#inFlight.remove(ready))
      await respond(request, response, ready)
    } catch (error) {
      this.#tellOnce(`a request could not be answered, a defect of the program: ${(error as Error).stack}`)
      if (response.headersSent) response.destroy()
      else
        await respond(request, response, makeReady(text('This is a defect of haproxystats; its log says more.', 500)))
    }
  }

  /** `undefined` when the response is dealt with. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Ready | undefined> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return makeReady({ ...text('Only GET and HEAD are answered.', 405), headers: { Allow: 'GET, HEAD' } })
    }
    if (hasBody(request)) {
      return makeReady({ ...text('A request with a body is not answered.', 413), headers: { Connection: 'close' } })
    }
    const url = request.url ?? ''
    const target = readTarget(url)
    if (typeof target === 'string') return makeReady(text(`This request cannot be read: ${target}.`, 400))
    const path = target.segments.join('/')
    const accept = String(request.headers.accept ?? '')
    // These wait for nobody.
    if (openPaths.has(path)) return makeReady(this.#route({ ...target, accept }))
    const refusal = await this.#refusal(request)
    if (refusal !== undefined) return refusal
    if (path === eventsPath && request.method === 'GET') return this.#listenTo(response)
    const file = target.form === '' ? this.#context.files.get(path) : undefined
    if (file !== undefined) return file
    return this.#ask(`${url}\n${accept.slice(0, 256)}`, { ...target, accept }, response)
  }

  async #ask(key: string, question: Question, response: ServerResponse): Promise<Ready | undefined> {
    return this.#cache.get(key) ?? this.#inTurn(() => this.#make(key, question, response))
  }

  /** One answer in each turn of the event loop, so that a crowd does not keep the next snapshot from being read. */
  async #make(key: string, question: Question, response: ServerResponse): Promise<Ready | undefined> {
    await nextTurn()
    const known = this.#cache.get(key)
    if (known !== undefined || response.destroyed) return known
    if (this.#inFlight.bytes > (this.#context.mostInFlight ?? mostInFlight)) {
      return makeReady(text('Too much is being sent to slow clients; ask again.', 503))
    }
    const answer = this.#route(question)
    const ready = makeReady(answer)
    if (answer.perSnapshot === true) this.#cache.add(key, ready)
    return ready
  }

  #route(question: Question): Answer {
    const { routes, facts } = this.#context
    for (const route of routes) {
      const answer = route.answer(question, facts)
      if (answer !== undefined) return answer
    }
    const paths = routes.map(({ path }) => path)
    if (question.segments[0] === 'api') return json({ error: 'there is nothing here', paths }, { status: 404 })
    return text(`There is nothing here. What there is:\n${paths.map((path) => `  ${path}`).join('\n')}`, 404)
  }

  async #refusal(request: IncomingMessage): Promise<Ready | undefined> {
    const verdict = (await this.#passwords?.check(request.headers.authorization)) ?? 'allowed'
    if (verdict === 'allowed') return undefined
    if (verdict === 'busy') return makeReady(text('Too many passwords are being checked; ask again.', 503))
    const headers = { 'WWW-Authenticate': 'Basic realm="haproxystats", charset="UTF-8"' }
    return makeReady({ ...text('A user and a password are needed.', 401), headers })
  }

  #listenTo(response: ServerResponse): Ready | undefined {
    const { view } = this.#context.facts
    if (this.#events.open(response, securityHeaders, view?.snapshot)) return undefined
    return makeReady(text('Too many pages are open; ask for /api/v1/overview every few seconds instead.', 503))
  }

  /** The same defect would fill the log at the pace of requests. */
  #tellOnce(message: string): void {
    if (this.#told.has(message) || this.#told.size > 100) return
    this.#told.add(message)
    this.#context.tell('error', message)
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
}
