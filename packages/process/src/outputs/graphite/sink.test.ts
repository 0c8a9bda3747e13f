import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { silentLogger } from '@haproxystats/core/program'
import { afterEach, expect, test } from 'vitest'
import { parseConfiguration } from '../../../../../test/support/configuration.ts'
import { GraphiteSink } from './sink.ts'

const signal = new AbortController().signal
const servers: Server[] = []
const sockets = new Set<Socket>()

afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

/** A receiver on a free port that does as `behave` says with each connection, by its number from 0. */
async function receiver(behave: (socket: Socket, number: number) => void): Promise<number> {
  let number = 0
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    behave(socket, number++)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

/** Reads to the end, then closes: what carbon and carbon-c-relay do. */
function readAll(socket: Socket, chunks: Buffer[] = []): void {
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('end', () => socket.end())
}

function sink(port: number, options = ''): GraphiteSink {
  const { graphite } = parseConfiguration(`[graphite]
server = 127.0.0.1
port = ${port}
connect-timeout = 2
${options}`)
  return new GraphiteSink(graphite, silentLogger())
}

const text = 'a.b 1 1700000000\n'.repeat(50_000)
const batch = { snapshot: '1700000000', bytes: new Uint8Array(Buffer.from(text)), datapoints: 50_000 }

test('resolves once the receiver has read everything and closed its side', async () => {
  const chunks: Buffer[] = []
  const port = await receiver((socket) => readAll(socket, chunks))
  await sink(port).send([batch], signal)
  expect(Buffer.concat(chunks).toString() === text).toBe(true)
})

test('begins with one empty connection that shows how the receiver closes, and not again', async () => {
  const sizes: number[] = []
  const port = await receiver((socket, number) => {
    sizes[number] = 0
    socket.on('data', (chunk) => {
      sizes[number] = (sizes[number] as number) + chunk.length
    })
    socket.on('end', () => socket.end())
  })
  const destination = sink(port)
  await destination.send([batch], signal)
  await destination.send([batch], signal)
  expect(sizes).toEqual([0, text.length, text.length])
})

test('a receiver that closes before it has everything does not count as having it', async () => {
  const port = await receiver((socket, number) => {
    if (number === 0) readAll(socket)
    else socket.once('data', () => socket.destroy())
  })
  await expect(sink(port).send([batch], signal)).rejects.toMatchObject({ code: 'DESTINATION' })
})

/** HAProxy in mode tcp whose server is dead: it takes everything, and closes when it has given up. */
function likeDeadLoadBalancer(socket: Socket): void {
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  socket.on('end', () => bytes === 0 && socket.end())
  setTimeout(() => socket.end(), 2000)
}

test('a load balancer that takes everything and closes after a while has delivered nothing', async () => {
  const port = await receiver(likeDeadLoadBalancer)
  await expect(sink(port).send([batch], signal)).rejects.toMatchObject({
    message: expect.stringMatching(/closed an idle connection after 2\.\d s.*load balancer.*"check"/),
  })
})

test('a receiver that is slow to close is looked at once, and believed', async () => {
  let idle = 0
  const port = await receiver((socket) => {
    let bytes = 0
    const begin = performance.now()
    socket.on('data', (chunk) => {
      bytes += chunk.length
    })
    socket.on('close', () => {
      if (bytes === 0 && performance.now() - begin > 3000) idle++
    })
    socket.on('end', () => setTimeout(() => socket.end(), bytes === 0 ? 0 : 1700))
  })
  const destination = sink(port)
  await destination.send([batch], signal)
  await destination.send([batch], signal)
  expect(idle).toBe(1)
})

test('a reset after the last byte does not count as having it', async () => {
  const port = await receiver((socket, number) => {
    if (number === 0) readAll(socket)
    else socket.on('data', () => undefined).on('end', () => socket.resetAndDestroy())
  })
  await expect(sink(port).send([batch], signal)).rejects.toThrow(/127\.0\.0\.1:[0-9]+: .*(ECONNRESET|lost|EPIPE)/)
})

test('a receiver that takes nothing any more is given up after write-timeout', async () => {
  const port = await receiver((socket, number) => {
    if (number === 0) readAll(socket)
    else socket.pause()
  })
  const large = { ...batch, bytes: new Uint8Array(64 * 1024 * 1024) }
  await expect(sink(port, 'write-timeout = 0.3').send([large], signal)).rejects.toThrow(
    /nothing could be sent for 0.3 s/,
  )
})

test('a receiver that reads but never closes is given up after commit-timeout', async () => {
  const port = await receiver((socket, number) => {
    if (number === 0) readAll(socket)
    else socket.resume()
  })
  await expect(sink(port, 'commit-timeout = 0.3').send([batch], signal)).rejects.toThrow(
    /did not close .* within 0.3 s/,
  )
})

test('a receiver that is slow to close has twice the time at each further attempt', async () => {
  const port = await receiver((socket, number) => {
    socket.resume()
    socket.on('end', () => setTimeout(() => socket.end(), number === 0 ? 0 : 1200))
  })
  const destination = sink(port, 'commit-timeout = 0.5')
  await expect(destination.send([batch], signal)).rejects.toThrow(/within 0.5 s/)
  await expect(destination.send([batch], signal)).rejects.toThrow(/within 1 s/)
  await destination.send([batch], signal)
  expect(destination.proof).toBe('half-close')
})

test('a receiver that closes not one of three empty connections is sent to without proof', async () => {
  const chunks: Buffer[] = []
  const port = await receiver((socket) => void socket.on('data', (chunk) => chunks.push(chunk)))
  const destination = sink(port, 'commit-timeout = 0.3')
  for (let attempt = 1; attempt < 3; attempt++) {
    await expect(destination.send([batch], signal)).rejects.toThrow(/did not close .* within 0.3 s/)
    expect(destination.proof).toBe('unknown')
  }
  await destination.send([batch], signal)
  expect(destination.proof).toBe('plain')
  await expect.poll(() => Buffer.concat(chunks).length).toBe(text.length)
})

test('a receiver that was only stopped proves deliveries again as soon as it goes on', async () => {
  let stopped = true
  const port = await receiver((socket) => {
    if (!stopped) readAll(socket)
  })
  const destination = sink(port, 'commit-timeout = 0.1')
  for (let attempt = 1; attempt < 3; attempt++) await expect(destination.send([batch], signal)).rejects.toThrow()
  const small = { ...batch, bytes: new Uint8Array(Buffer.from('a.b 1 1700000000\n')) }
  await destination.send([small], signal)
  expect(destination.proof).toBe('plain')
  stopped = false
  await destination.send([small], signal)
  expect(destination.proof).toBe('half-close')
})

test('nobody listening is said with the address', async () => {
  const port = await receiver(() => undefined)
  servers[0]?.close()
  await expect(sink(port).send([batch], signal)).rejects.toThrow(`127.0.0.1:${port}: connect ECONNREFUSED`)
})

test('an abort ends a send at once', async () => {
  const port = await receiver((socket, number) => {
    if (number === 0) readAll(socket)
    else socket.resume()
  })
  const controller = new AbortController()
  const sending = sink(port, 'commit-timeout = 60').send([batch], controller.signal)
  setTimeout(() => controller.abort(), 100)
  await expect(sending).rejects.toThrow(/stopped/)
})

test('with replay, the death of a receiver is seen between two batches', async () => {
  let idle: Socket | undefined
  const port = await receiver((socket, number) => {
    readAll(socket)
    if (number === 2) idle = socket
  })
  const destination = sink(port, 'replay = 5')
  await destination.send([batch], signal)
  await expect.poll(() => idle).toBeDefined()
  expect(destination.deaths).toBe(0)
  idle?.resetAndDestroy()
  await expect.poll(() => destination.deaths).toBe(1)
  await destination.close()
})
