import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../../test/support/until.ts'
import { Connections } from './connections.ts'
import { Pipelining } from './pipelining.ts'

const never = 600_000

/** Requests of the shortest kind that one packet of 64 KiB holds, and one more that it begins. */
const mostInPacket = 2522

async function serve(handle: (response: ServerResponse, url: string) => void) {
  const connections = new Connections({ most: 100, mostOfOne: 100, keepAlive: never, silence: never, interval: never })
  const pipelining = new Pipelining(connections, ({ url }, response) => handle(response, url!))
  const taken = { count: 0 }
  const server = createServer((request, response) => {
    taken.count++
    pipelining.take(request, response)
  })
  server.on('connection', (socket) => connections.admit(socket, false))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    connections.close()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const client = (bytes: string): Socket => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes)).on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    return socket
  }
  return { client, taken, pipelining, connections }
}

const request = (path = '/') => `GET ${path} HTTP/1.1\r\nHost:a\r\n\r\n`

/** The event loop has nothing left to read. */
async function quiet(count: () => number): Promise<void> {
  let before = -1
  await until('nothing more to come', async () => {
    const same = count() === before
    before = count()
    await new Promise((resolve) => setTimeout(resolve, 100))
    return same
  })
}

it('reads no further from a client that sends requests in advance', async () => {
  const { client, taken, pipelining, connections } = await serve(() => undefined)
  client(request().repeat(250_000)).pause()
  await until('requests', () => pipelining.waiting > 0)
  await quiet(() => taken.count)
  expect(taken.count).toBeLessThanOrEqual(mostInPacket)
  connections.close()
  await until('them to be forgotten', () => pipelining.waiting === 0)
})

it('does not either while the client reads some of the answers', async () => {
  let most = 0
  const { client, taken, pipelining } = await serve((response) => {
    most = Math.max(most, pipelining.waiting)
    setImmediate(() => response.end('x'.repeat(2000)))
  })
  const sender = client(request().repeat(20_000)).pause()
  await until('the buffers to be full', async () => {
    const before = taken.count
    await new Promise((resolve) => setTimeout(resolve, 200))
    return taken.count === before && before > 0
  })
  sender.resume()
  await until('most of them', () => taken.count > 15_000)
  expect(most).toBeLessThanOrEqual(2 * mostInPacket)
})

it('answers them all in their order, one at a time', async () => {
  let open = 0
  let most = 0
  const { client } = await serve((response, url) => {
    most = Math.max(most, ++open)
    response.once('finish', () => open--)
    setImmediate(() => response.end(`${url};`))
  })
  const paths = Array.from({ length: 5000 }, (_, index) => `/${index}`)
  let answer = ''
  client(paths.map(request).join('')).on('data', (part) => {
    answer += part
  })
  await until('the last answer', () => answer.includes('/4999;'))
  expect(answer.match(/\/\d+;/g)).toEqual(paths.map((path) => `${path};`))
  expect(most).toBe(1)
})

it('hangs up on those who send in advance when they are too many, and on nobody else', async () => {
  const ended: string[] = []
  const { client, pipelining } = await serve((response, url) => {
    if (url === '/short') response.end('x')
  })
  const others = Array.from({ length: 20 }, () => client(request()))
  const many = Array.from({ length: 20 }, () => client(request().repeat(2000)))
  for (const [kind, clients] of Object.entries({ others, many })) {
    for (const socket of clients) socket.on('close', () => ended.push(kind))
  }
  await until('some to be hung up on', () => ended.length >= 17)
  expect(ended).not.toContain('others')
  expect(pipelining.waiting).toBeLessThanOrEqual(4096 + 1)
  let answer = ''
  client(request('/short')).on('data', (part) => {
    answer += part
  })
  await until('others to be answered', () => answer.startsWith('HTTP/1.1 200'))
})
