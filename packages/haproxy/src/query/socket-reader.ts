import type { OnReadOpts, Socket } from 'node:net'

/**
 * The receive buffer of all connections: each chunk is handled before the next is read. A buffer for each chunk, as Node.js
 * makes them by default, took 60 MB for answers of 12 MB until garbage collection.
 */
const memory = Buffer.allocUnsafeSlow(64 * 1024)

/** What HAProxy writes at a time. */
const smallBuffer = memory.subarray(0, 16 * 1024)

/**
 * With more connections the others read less at a time: each holds a chunk before it can be paused, 13 MB in all with 200
 * connections.
 */
const fewConnections = 16

let connections = 0

/** Takes a chunk. Nothing more is read until the promise that it returned, if any, has resolved. */
export type Take = (chunk: Buffer) => Promise<void> | void

/** Reads one connection, which must have been made with `onread`. */
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

  /** Reads nothing more: `keep` takes the connection, which closes when something still arrives. */
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

  /** Passes everything to `take`, in order. Rejects with errors of the connection and of `take`. */
  readAll(socket: Socket, take: Take): Promise<void> {
    return new Promise((resolve, reject) => {
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
      socket.once('end', resolve)
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('closed')))
      socket.resume()
    })
  }
}
