import { createConnection, type Socket } from 'node:net'

/** carbon-c-relay ends connections that are idle for ten minutes, which is no death; so each is replaced before. */
const renewal = 300

/**
 * An idle connection to a receiver, which shows at once when it dies, also between two batches. Kept only when something
 * is to be sent again then.
 */
export class PeerWatch {
  readonly #host: string
  readonly #port: number
  #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #deaths = 0

  constructor(host: string, port: number) {
    this.#host = host
    this.#port = port
  }

  get deaths(): number {
    return this.#deaths
  }

  /** Connects unless it is; called after a delivery, when the receiver is known to be there. */
  begin(): void {
    if (this.#socket !== undefined) return
    const socket = createConnection({ host: this.#host, port: this.#port })
    this.#socket = socket
    socket.unref()
    socket.resume()
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#forget()
      this.#deaths++
    })
    this.#timer = setTimeout(() => {
      this.end()
      this.begin()
    }, renewal * 1000)
    this.#timer.unref()
  }

  end(): void {
    const socket = this.#socket
    this.#forget()
    socket?.destroy()
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#socket = undefined
  }
}
