import net from 'node:net'

/** A snapshot for a reference: its files, the receiver, and how many bytes haproxystats-process makes of it. */
export interface ReferenceRequest {
  readonly files: readonly string[]
  readonly port: number
  readonly bytes: number
  readonly time: number
}

/** The reply of a reference when the receiver has everything. */
export interface ReferenceReply {
  readonly datapoints: number
}

/** Writes bytes to a receiver, closes our side, and waits for the receiver to close its own. */
export function sendAll(bytes: Uint8Array, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.resume()
    socket.end(bytes)
  })
}
