import { Agent } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeCertificates } from '../../../../../test/sources/certificates.ts'
import { descriptors, httpServer } from '../../../../../test/support/http-server.ts'
import { temporaryDirectory } from '../../../../../test/support/temporary.ts'
import { until } from '../../../../../test/support/until.ts'

const never = 600_000
const patient = { headers: never, request: never, silence: never, keepAlive: never, interval: 50 }
const forRequests = { ...patient, headers: 2000, request: 2500 }
const forReaders = { ...patient, silence: 2500 }
const forIdle = { ...patient, keepAlive: 2000 }

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`

/** The first bytes of a ClientHello, which go on for longer than what follows. */
const halfHandshake = Buffer.from('1603010200010001fc0303', 'hex')

/** Sends something over and over, so that the connection is never silent. */
function drip(clients: readonly { write(bytes: string): unknown; destroyed: boolean }[], bytes: string): void {
  const timer = setInterval(() => {
    for (const client of clients) if (!client.destroyed) client.write(bytes)
  }, 20)
  onTestFinished(() => clearInterval(timer))
}

async function certificateLines(): Promise<string> {
  const { server } = await makeCertificates(await temporaryDirectory())
  return `tls-certificate-file = ${server}`
}

/** Server and clients are in this process, so each connection is two of its descriptors; those of the clients stay. */
async function connected(count: number, before: number): Promise<void> {
  await until('all to be connected', () => descriptors() >= before + 2 * count)
}
async function released(count: number, before: number): Promise<void> {
  await until('the server to have let go of them', () => descriptors() <= before + count)
}

describe('a server hangs up on', () => {
  it('a handshake of TLS that is not completed', async () => {
    const { get, clients } = await httpServer({ lines: await certificateLines(), patience: forRequests })
    const before = descriptors()
    clients(20, halfHandshake)
    clients(20)
    await connected(40, before)
    await released(40, before)
    expect((await get('/huge'))?.status).toBe(200)
  })

  it('a handshake whose client is gone', async () => {
    const { get, clients } = await httpServer({ lines: await certificateLines(), patience: patient })
    const before = descriptors()
    const some = clients(20, halfHandshake)
    await connected(20, before)
    for (const client of some) client.destroy()
    await until('nothing to be left', () => descriptors() <= before)
    expect((await get('/health'))?.status).toBe(200)
  })

  it.each([
    ['a request in drops', 'GET / HTTP/1.1\r\nX: ', 'x', forRequests],
    ['nothing but empty lines', '', '\r\n', forRequests],
    ['what is no request', 'hello\r\n\r\n', 'x', forRequests],
    ['an answer and empty lines', ask('/health'), '\r\n', forIdle],
    ['an answer that it does not read, and empty lines', ask('/huge'), '\r\n', forReaders],
    ['an answer that it does not read, and another request', ask('/huge').repeat(2), ask('/huge'), forReaders],
    ['an answer that it does not read, and half a request', `${ask('/huge')}GET / HTTP/1.1\r\nX: `, 'x', forRequests],
  ])('a client with %s', async (_title, first, drops, patience) => {
    const { clients } = await httpServer({ patience })
    const before = descriptors()
    const some = clients(6, first)
    await connected(6, before)
    drip(some, drops)
    await released(6, before)
  })
})

it('a request that is not complete in time, too long or none at all gets an answer that says so', async () => {
  const { clients } = await httpServer({ patience: forRequests })
  const answers = ['GET / HTTP/1.1\r\n', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n`, 'hello\r\n\r\n'].map(
    (bytes) => {
      const [client] = clients(1, bytes)
      return new Promise<string>((resolve) =>
        client!.resume().once('data', (answer) => resolve(String(answer).split('\r\n')[0]!)),
      )
    },
  )
  expect(await Promise.all(answers)).toEqual([
    'HTTP/1.1 408 Request Timeout',
    'HTTP/1.1 431 Request Header Fields Too Large',
    'HTTP/1.1 400 Bad Request',
  ])
})

describe('a server whose connections are all taken', () => {
  it.each([
    ['idle clients', false, ''],
    ['requests in drops', false, 'GET / HTTP/1.1\r\n'],
    ['half handshakes', true, halfHandshake],
  ])('by %s answers everything', async (_title, withTls, bytes) => {
    const lines = `max-connections = 8\n${withTls ? await certificateLines() : ''}`
    const { get, clients } = await httpServer({ lines, patience: patient })
    const before = descriptors()
    clients(30, bytes)
    await until('the first to have given way', () => descriptors() <= before + 30 + 8 && descriptors() > before + 30)
    expect((await get('/huge'))?.status).toBe(200)
    expect((await get('/health'))?.status).toBe(200)
  })

  it('by busy ones answers /health and /ready, and says to others that it is full', async () => {
    const lines = 'max-connections = 4\nmax-connections-per-address = 4'
    const { get, clients, busyClients } = await httpServer({ lines, patience: patient })
    const busy = await busyClients(4, '/huge')
    clients(100)
    clients(100, ask('/huge'))
    for (let times = 0; times < 40; times++) expect((await get('/health'))?.status).toBe(200)
    const refused = await get('/huge')
    expect(refused?.headers['retry-after']).toBe('1')
    expect(refused?.headers.connection).toBe('close')
    expect(refused?.body).toContain('max-connections')
    for (const client of busy) client.destroy()
    await until('room again', async () => (await get('/huge'))?.status === 200)
  })

  it('by one address has room for another', async () => {
    const lines = 'max-connections = 100\nmax-connections-per-address = 4'
    const { get, busyClients } = await httpServer({ lines, patience: patient })
    await busyClients(4, '/huge', '127.0.0.2')
    expect((await get('/huge', { from: '127.0.0.2' }))?.status).toBe(503)
    expect((await get('/huge', { from: '127.0.0.3' }))?.status).toBe(200)
  })

  it('by one address keeps the idle connections of others', async () => {
    const { get, clients } = await httpServer({ lines: 'max-connections = 8', patience: patient })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const sockets = new Set<unknown>()
    agent.on('free', (socket) => sockets.add(socket))
    expect((await get('/health', { agent, from: '127.0.0.2' }))?.status).toBe(200)
    const before = descriptors()
    clients(30)
    await until('the crowd to have given way', () => descriptors() <= before + 30 + 8 && descriptors() > before + 30)
    expect((await get('/health', { agent, from: '127.0.0.2' }))?.status).toBe(200)
    expect(sockets.size).toBe(1)
  })
})
