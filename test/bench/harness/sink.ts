// A local Graphite: reads everything, closes its side after the peer's end, and says what came on each connection.
import net from 'node:net'
import { now } from './cost.ts'

/** What came on one connection. Times are milliseconds of the clock that all processes share. */
export interface Received {
  readonly bytes: number
  readonly lines: number
  readonly first: number
  readonly last: number
}

export interface SinkReady {
  readonly port: number
}

const lineFeed = 0x0a

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  const chunks: Buffer[] = []
  let [first, last] = [0, 0]
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    last = now()
    if (chunks.length === 0) first = last
    chunks.push(chunk)
  })
  socket.on('end', () => {
    // Counted only when the peer waits for nothing more: it costs as much as the floor.
    socket.end(() => {
      if (chunks.length > 0) process.send?.({ ...countLines(chunks), first, last } satisfies Received)
    })
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as net.AddressInfo).port } satisfies SinkReady)
})

function countLines(chunks: readonly Buffer[]): Pick<Received, 'bytes' | 'lines'> {
  let [bytes, lines] = [0, 0]
  for (const chunk of chunks) {
    bytes += chunk.length
    for (let index = 0; index < chunk.length; index++) if (chunk[index] === lineFeed) lines++
  }
  return { bytes, lines }
}
