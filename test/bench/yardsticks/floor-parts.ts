import { readFileSync } from 'node:fs'
import net from 'node:net'

const lineFeed = 0x0a
const comma = 0x2c

/** The same bytes: all files of a snapshot. */
export function readAll(files: readonly string[]): Buffer[] {
  return files.map((file) => readFileSync(file))
}

/** Finds every separator, and does nothing with it. How many there are. */
export function findSeparators(bytes: Uint8Array): number {
  let found = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === comma || byte === lineFeed) found++
  }
  return found
}

/** Writes bytes to a sink, closes our side, and waits for the sink to close its own. */
export function sendAll(bytes: Uint8Array, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.resume()
    socket.end(bytes)
  })
}
