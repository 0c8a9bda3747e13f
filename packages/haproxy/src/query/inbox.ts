import type { OnReadOpts, Socket } from 'node:net'

/**
 * Where the kernel puts what arrives, on whatever connection: each piece is dealt with before the next is read. A buffer
 * for each piece, as Node.js makes them unless told, took 60 MB for answers of 12 MB before V8 saw that they were garbage.
 */
const memory = Buffer.allocUnsafeSlow(64 * 1024)

/** What HAProxy hands to the kernel at a time. */
const onePiece = memory.subarray(0, 16 * 1024)

/**
 * With so many connections the others read less at a time: all that are answered at once have to put a piece somewhere
 * before any can be told to wait, and with 200 of them it would be 13 MB.
 */
const fewConnections = 16

let connections = 0

/** Takes a piece of what arrives. Nothing more is read until what it returned has resolved, if anything. */
export type Take = (chunk: Buffer) => Promise<void> | void

/** Reads one connection, which must have been made with `onread`. */
export class Inbox {
  #receive: (chunk: Buffer) => boolean = () => false
  readonly onread: OnReadOpts = {
    buffer: connections++ < fewConnections ? memory : onePiece,
    callback: (length) => this.#receive(memory.subarray(0, length)),
  }

  /** To be called when there is nothing more to read, or never was. */
  close(): void {
    connections--
  }

  /** Takes nothing more: what still arrives closes the connection, which `keep` is given until then. */
  leave(socket: Socket, keep: (socket: Socket) => void): void {
    this.#receive = () => {
      socket.destroy()
      return false
    }
    if (socket.destroyed) return
    // The side that ended has said what it had to say.
    socket.once('end', () => socket.destroy())
    keep(socket)
    socket.resume()
  }

  /** Gives everything to `take`, in order, and resolves at the end. Rejects with errors of the connection and of `take`. */
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
