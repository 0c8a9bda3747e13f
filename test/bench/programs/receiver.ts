// Stands in for Graphite: reads everything, closes its side after the peer's end, and reports each connection.
import net from 'node:net'
import { now } from './usage.ts'

/** What came on one connection. Times are milliseconds of the clock that all processes share. */
export interface Received {
  readonly bytes: number
  readonly lines: number
  readonly first: number
  readonly last: number
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
    // Lines are counted when the peer waits for nothing more: counting costs as much CPU as the minimum.
    socket.end(() => {
      if (chunks.length > 0) process.send?.({ ...countLines(chunks), first, last } satisfies Received)
    })
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as net.AddressInfo).port }))

function countLines(chunks: readonly Buffer[]): Pick<Received, 'bytes' | 'lines'> {
  let [bytes, lines] = [0, 0]
  for (const chunk of chunks) {
    bytes += chunk.length
    for (const byte of chunk) if (byte === lineFeed) lines++
  }
  return { bytes, lines }
}
