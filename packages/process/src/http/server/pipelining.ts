import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Connection, type Connections, progress } from './connections.ts'

/** Requests that may wait behind others of their connection, of all clients together: about 30 MB. */
const mostWaiting = 4096

/** Answers a request; the response ends or is destroyed at some time. */
export type Handle = (request: IncomingMessage, response: ServerResponse, connection: Connection) => void

/**
 * Answers the requests of a connection one after the other. Nothing is read from it while any of them waits, so a
 * client that sends many in advance, and reads nothing, has those of one packet waiting here and the rest with itself.
 * Where many clients do so at once, it is them whom the program hangs up on.
 */
export class Pipelining {
  readonly #connections: Connections
  readonly #handle: Handle
  readonly #held = new WeakSet<Socket>()
  #waiting = 0

  constructor(connections: Connections, handle: Handle) {
    this.#connections = connections
    this.#handle = handle
  }

  /** Requests that wait for others of their connection. */
  get waiting(): number {
    return this.#waiting
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const connection = this.#connections.of(socket)
    if (connection === undefined || socket.destroyed) return
    connection.pending.push({ request, response })
    if (connection.pending.length === 1) this.#begin(connection)
    else this.#wait(connection)
  }

  #begin(connection: Connection): void {
    const { request, response } = connection.pending[0]!
    response.once('close', () => this.#answered(connection))
    progress(connection)
    this.#handle(request, response, connection)
  }

  #wait(connection: Connection): void {
    const { socket, pending } = connection
    this.#waiting++
    if (!this.#held.has(socket)) {
      this.#held.add(socket)
      // The server of Node.js resumes it after an answer.
      socket.on('resume', () => pending.length > 1 && socket.pause())
      socket.once('close', () => {
        this.#waiting -= Math.max(0, pending.length - 1)
        pending.length = 0
      })
    }
    socket.pause()
    if (this.#waiting > mostWaiting) socket.destroy()
  }

  #answered(connection: Connection): void {
    const { socket, pending } = connection
    pending.shift()
    progress(connection)
    if (pending.length > 0) this.#waiting--
    // What follows an answer that says "Connection: close" is not answered.
    if (pending.length === 0 || socket.destroyed || socket.writableEnded) return
    if (pending.length === 1) socket.resume()
    this.#begin(connection)
  }
}
