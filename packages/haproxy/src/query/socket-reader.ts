import type { OnReadOpts, Socket } from 'node:net'

/**
 * The receive buffer of all connections: each chunk is handled before the next is read. A buffer for each chunk, as Node.js
 * makes them by default, took 60 MB for answers of 12 MB until garbage collection.
 */
const memory = Buffer.allocUnsafeSlow(64 * 1024)

/** HAProxy writes so much at a time. */
const smallBuffer = memory.subarray(0, 16 * 1024)

/**
 * With more connections the others read less at a time: each holds a chunk before it can be paused, 13 MB in all with 200
 * connections.
 */
const fewConnections = 16

let connections = 0

/** Takes a chunk. Nothing more is read until the promise that it returned, if any, has resolved. */
export type Take = (chunk: Buffer) => Promise<void> | void

/** Reads one connection: a plain one by `onread`, with which it must have been made, one behind TLS by events. */
export class SocketReader {
  #receive: (chunk: Buffer) => boolean = () => false
  readonly onread: OnReadOpts = {
    buffer: connections++ < fewConnections ? memory : smallBuffer,
    callback: (length) => this.#receive(memory.subarray(0, length)),
  }

  /** To be called once when reading is over, or never began. */
  close(): void {
    connections--
  }

  /**
   * Passes everything to `take`, in order, until the other side ends the connection. Rejects with errors of the connection
   * and of `take`, and with the reason of `signal` when it aborts.
   */
  readAll(socket: Socket, take: Take, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const abort = () => reject(signal.reason)
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort, { once: true })
      this.#receive = (chunk) => {
        try {
          const taken = take(chunk)
          if (taken === undefined) return true
          taken.then(() => socket.resume(), reject)
        } catch (error) {
          reject(error as Error)
        }
        return false
      }
      socket.on('data', (chunk: Buffer) => {
        if (!this.#receive(chunk)) socket.pause()
      })
      socket.once('end', resolve)
      socket.once('error', reject)
      socket.once('close', () => {
        signal.removeEventListener('abort', abort)
        reject(new Error('closed'))
      })
      socket.resume()
    })
  }

  /** Reads nothing more: `keep` takes the connection, which closes when something still arrives, or the other side ends it. */
  leave(socket: Socket, keep: (socket: Socket) => void): void {
    this.#receive = () => {
      socket.destroy()
      return false
    }
    if (socket.destroyed) return
    socket.once('end', () => socket.destroy())
    keep(socket)
    socket.resume()
  }
}
