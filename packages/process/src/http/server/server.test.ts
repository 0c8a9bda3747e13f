import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import bcrypt from 'bcryptjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../../test/support/configuration.ts'
import { until } from '../../../../../test/support/until.ts'
import type { View } from '../live/view.ts'
import { MemoryHistory } from '../trend/memory-history.ts'
import type { Facts } from '../types/facts.ts'
import { json, type Route, text } from '../types/route.ts'
import { prepareResponse } from './prepared-response.ts'
import { HttpServer } from './server.ts'

let directory: string
let server: HttpServer | undefined
let socket: string
let logged: string[]
let answered: number
let facts: Facts & { view: View | undefined }

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'http-'))
  socket = join(directory, 'http.sock')
  logged = []
  answered = 0
  facts = {
    view: undefined,
    history: new MemoryHistory({ bound: 2 ** 20 }),
    status: {},
    interval: 10,
    now: () => 1_700_000_000,
  }
})
afterEach(async () => {
  await server?.close()
  server = undefined
  rmSync(directory, { recursive: true, force: true })
})

const long = 'x'.repeat(5000)
const routes: readonly Route[] = [
  { path: '/health', summary: '', answer: ({ segments }) => (segments[0] === 'health' ? text('ok') : undefined) },
  {
    path: '/long',
    summary: '',
    answer: ({ segments, accept }) => {
      if (segments[0] !== 'long') return undefined
      answered++
      return { ...text(`${accept} ${long}`), perSnapshot: true }
    },
  },
  {
    path: '/huge',
    summary: '',
    answer: ({ segments }) =>
      segments[0] === 'huge' ? { ...text('x'.repeat(2 ** 21)), perSnapshot: true } : undefined,
  },
  {
    path: '/defect',
    summary: '',
    answer: ({ segments }) => {
      if (segments[0] === 'defect') throw new Error('a defect')
      return undefined
    },
  },
  { path: '/api/v1', summary: '', answer: ({ segments }) => (segments.join() === 'api,v1' ? json({}) : undefined) },
]

async function serve(lines = '', mostInFlight?: number): Promise<HttpServer> {
  const { http } = parseConfiguration(`[http]\nlisten = unix://${socket}\n${lines}\n`)
  const files = new Map([['', prepareResponse({ type: 'text/html', body: '<p>page' })]])
  const log = (severity: string, message: string) => logged.push(`${severity}: ${message}`)
  server = new HttpServer({ settings: http!, routes, files, facts, log, ...(mostInFlight && { mostInFlight }) })
  await server.start()
  return server
}

interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

function get(path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const { method = 'GET', headers = {}, body } = options
  return new Promise<Got>((resolve, reject) => {
    const request = httpRequest({ socketPath: socket, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** What comes back for bytes that no client of HTTP would send. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const client = connect(socket, () => client.write(bytes))
    client.on('data', (part) => {
      answer += part
    })
    client.on('error', () => undefined)
    client.on('close', () => resolve(answer))
    setTimeout(() => client.end(), 500)
  })
}

const basic = (user: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

describe('a server', () => {
  it('answers by the first route that knows, and lists them all where none does', async () => {
    await serve()
    expect((await get('/health')).body.toString()).toBe('ok\n')
    const nothing = await get('/nothing')
    expect(nothing.status).toBe(404)
    expect(nothing.body.toString()).toContain('/long')
    const api = await get('/api/nothing')
    expect(api.headers['content-type']).toBe('application/json')
    expect(JSON.parse(api.body.toString()).paths).toContain('/long')
  })

  it('serves the files of the page by their names only', async () => {
    await serve()
    const page = await get('/')
    expect(page.body.toString()).toBe('<p>page')
    expect(page.headers['content-type']).toBe('text/html')
    for (const path of ['/../package.json', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd', '/index.html%00', '/.']) {
      expect((await get(path)).status, path).toBe(404)
    }
  })

  it('says to browsers that nothing may come from elsewhere', async () => {
    await serve()
    for (const path of ['/', '/health', '/nothing', '/long']) {
      const { headers } = await get(path)
      expect(headers['content-security-policy'], path).toContain("default-src 'none'")
      expect(headers['x-content-type-options'], path).toBe('nosniff')
      expect(headers['access-control-allow-origin'], path).toBeUndefined()
    }
  })

  it('makes an answer once for all who ask until the next snapshot, by what they accept', async () => {
    const made = await serve()
    await Promise.all(Array.from({ length: 20 }, () => get('/long')))
    expect(answered).toBe(1)
    expect((await get('/long', { headers: { Accept: 'a/b' } })).body.toString()).toMatch(/^a\/b /)
    const longer = (end: string) => ({ headers: { Accept: `${'a/b, '.repeat(100)}${end}` } })
    expect((await get('/long', longer('c/d'))).body.toString()).toMatch(/, c\/d /)
    expect((await get('/long', longer('e/f'))).body.toString()).toMatch(/, e\/f /)
    expect(answered).toBe(4)
    made.refresh()
    await get('/long')
    expect(answered).toBe(5)
  })

  it('lets others have their turn between the answers for a crowd', async () => {
    await serve()
    const turns: number[] = []
    let watching: NodeJS.Immediate
    const watch = () => {
      turns.push(answered)
      watching = setImmediate(watch)
    }
    watch()
    // All in one packet, so that they come in one turn.
    const asking = (query: number) => `GET /long?${query} HTTP/1.1\r\nHost: a\r\n\r\n`
    await raw(Array.from({ length: 30 }, (_, query) => asking(query)).join(''))
    clearImmediate(watching!)
    expect(answered).toBe(30)
    expect(new Set(turns).size).toBeGreaterThan(3)
  })

  it('compresses for those who take it', async () => {
    await serve()
    const plain = await get('/long')
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.headers['content-length']).toBe(String(plain.body.length))
    const packed = await get('/long', { headers: { 'Accept-Encoding': 'gzip' } })
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(packed.body)).toEqual(plain.body)
    expect((await get('/health', { headers: { 'Accept-Encoding': 'gzip' } })).headers['content-encoding']).toBe(
      undefined,
    )
  })

  it('knows what a client has of a long answer, too, until the next snapshot', async () => {
    const made = await serve()
    const { headers } = await get('/huge')
    const again = { headers: { 'If-None-Match': String(headers.etag) } }
    expect((await get('/huge', again)).status).toBe(304)
    made.refresh()
    expect((await get('/huge', again)).status).toBe(200)
  })

  it('sends nothing to those who have it already, and only headers for HEAD', async () => {
    await serve()
    const { headers, body } = await get('/long')
    const again = await get('/long', { headers: { 'If-None-Match': `"other", W/${headers.etag}` } })
    expect(again.status).toBe(304)
    expect(again.body).toHaveLength(0)
    expect((await get('/long', { headers: { 'If-None-Match': '"other"' } })).status).toBe(200)
    const head = await get('/long', { method: 'HEAD' })
    expect(head.body).toHaveLength(0)
    expect(head.headers['content-length']).toBe(String(body.length))
  })

  it('does not take compressed bytes for the same as plain ones', async () => {
    await serve()
    const gzip = { 'Accept-Encoding': 'gzip' }
    const plain = String((await get('/long')).headers.etag)
    const packed = String((await get('/long', { headers: gzip })).headers.etag)
    expect(packed).not.toBe(plain)
    for (const [etag, headers, status] of [
      [plain, {}, 304],
      [plain, gzip, 200],
      [packed, {}, 200],
      [packed, gzip, 304],
      [`W/${packed}, ${plain}`, gzip, 304],
      ['*', gzip, 304],
    ] as const) {
      expect((await get('/long', { headers: { ...headers, 'If-None-Match': etag } })).status).toBe(status)
    }
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])('does nothing for %s', async (method) => {
    await serve()
    const { status, headers } = await get('/long', { method })
    expect(status).toBe(405)
    expect(headers.allow).toBe('GET, HEAD')
    expect(answered).toBe(0)
  })

  it('refuses an address that cannot be read', async () => {
    await serve()
    expect((await get('/%')).status).toBe(400)
  })

  it('hangs up on what is not HTTP, on endless headers and on bodies', async () => {
    await serve()
    expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /)
    expect(await raw('GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /)
    expect(await raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 4\d\d /)
    expect(await raw('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n')).toMatch(/^HTTP\/1.1 413 /)
    expect(await raw('GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')).toMatch(/^HTTP\/1.1 413 /)
    expect(await raw('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('')
    expect((await get('/health')).status).toBe(200)
  })

  it('goes on after a defect, and tells of it once', async () => {
    await serve()
    for (let times = 0; times < 3; times++) {
      const { status, body } = await get('/defect')
      expect(status).toBe(500)
      expect(body.toString()).not.toContain('Error')
    }
    expect(logged.filter((line) => line.includes('a defect'))).toHaveLength(1)
    expect((await get('/health')).status).toBe(200)
  })

  it('makes nothing more while slow clients keep too much in memory', async () => {
    await serve('', 2 ** 22)
    const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    // Each of another query, so none is the answer of another.
    const slow = [1, 2, 3].map(() =>
      connect(socket)
        .on('error', () => undefined)
        .pause(),
    )
    for (const [query, client] of slow.entries()) client.write(ask(`/huge?${query}`))
    await until('it to be busy', async () => (await get('/huge?other')).status === 503)
    expect((await get('/')).status).toBe(200)
    expect((await get('/huge?1')).status).toBe(200)
    for (const client of slow) client.destroy()
    await until('it to go on', async () => (await get('/huge?more')).status === 200)
  })
})

describe('a server with a password file', () => {
  const file = () => join(directory, 'users')
  const users = (password: string) => `# users\n\nme:${bcrypt.hashSync(password, 4)}\n`

  it('answers those who know a password', async () => {
    writeFileSync(file(), users('swordfish'))
    await serve(`password-file = ${file()}`)
    for (let times = 0; times < 2; times++) {
      expect((await get('/long', { headers: basic('me', 'swordfish') })).status).toBe(200)
      for (const headers of [
        {},
        basic('me', 'x'),
        basic('you', 'swordfish'),
        basic('', ''),
        { Authorization: 'Basic' },
      ]) {
        for (const path of ['/', '/long', '/nothing', '/api/v1/events', '/health/x']) {
          const { status, headers: answer } = await get(path, { headers })
          expect(status, path).toBe(401)
          expect(answer['www-authenticate']).toContain('Basic')
        }
      }
    }
    expect(answered).toBe(1)
    expect((await get('/health')).status).toBe(200)
  })

  it('reads it again when it changes, and keeps to the old one while it is damaged', async () => {
    writeFileSync(file(), users('old'))
    await serve(`password-file = ${file()}`)
    expect((await get('/long', { headers: basic('me', 'old') })).status).toBe(200)
    writeFileSync(file(), 'nonsense\n')
    utimesSync(file(), 1, 1)
    expect((await get('/long', { headers: basic('me', 'old') })).status).toBe(200)
    expect(logged.join()).toContain(`${file()}:1: expected user:hash`)
    writeFileSync(file(), users('new'))
    utimesSync(file(), 2, 2)
    expect((await get('/long', { headers: basic('me', 'old') })).status).toBe(401)
    expect((await get('/long', { headers: basic('me', 'new') })).status).toBe(200)
  })

  it.each([
    ['', 'no user in the file'],
    ['me:secret\n', 'users:1: expected user:hash with a hash of bcrypt, as htpasswd -B writes it'],
  ])('refuses %j as one', async (content, message) => {
    writeFileSync(file(), content)
    await expect(serve(`password-file = ${file()}`)).rejects.toThrow(message)
  })
})

describe('a listener', () => {
  it('takes over the socket of a run that ended, but nothing else', async () => {
    const first = await serve()
    const other = await serveAnother()
    expect(logged.join()).toContain(`cannot listen at unix://${socket}`)
    expect((await get('/health')).status).toBe(200)
    await other.close()
    await first.close()
    server = undefined
    writeFileSync(socket, 'precious')
    const third = await serveAnother()
    expect(logged.filter((line) => line.includes('cannot listen'))).toHaveLength(2)
    await third.close()
  })

  async function serveAnother(): Promise<HttpServer> {
    const { http } = parseConfiguration(`[http]\nlisten = unix://${socket}\n`)
    const log = (severity: string, message: string) => logged.push(`${severity}: ${message}`)
    const another = new HttpServer({ settings: http!, routes, files: new Map(), facts, log })
    await another.start()
    return another
  }
})

describe('events', () => {
  it('announce every snapshot', async () => {
    facts.view = { snapshot: 1_700_000_000 } as View
    const made = await serve()
    let heard = ''
    const client = connect(socket, () => client.write('GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n'))
    client.on('data', (part) => {
      heard += part
    })
    await until('the newest', () => heard.includes('data: {"snapshot":1700000000}'))
    expect(heard).toContain('Content-Type: text/event-stream')
    facts.view = { snapshot: 1_700_000_010 } as View
    made.refresh()
    await until('the next', () => heard.includes('event: snapshot\nid: 1700000010\ndata: {"snapshot":1700000010}\n\n'))
    client.destroy()
  })
})
