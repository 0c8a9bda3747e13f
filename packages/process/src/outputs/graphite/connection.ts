import { createConnection, type Socket } from 'node:net'

/** A step took longer than it may: the peer is slow or gone. */
export class TimedOut extends Error {}

/**
 * At least so long, in seconds, our side stays open after the last byte: a TCP load balancer whose servers are all down
 * closes as soon as it gets to it, and one that is busy takes a while. After our own end it would look like a receiver
 * that has everything: so it did for 479 of 500 batches while HAProxy stood still for 5 ms at each.
 */
const leastPause = 0.05

/** The peer did not close its side in time after we had closed ours. */
export class NoClose extends TimedOut {}

/**
 * One TCP connection for one batch: connect, write, close our side, wait for the peer to close its own. Every step has a
 * deadline of its own, in seconds, and ends early when `signal` is aborted. What the peer sends is read and thrown away.
 */
export class Connection {
  readonly #socket: Socket
  readonly #signal: AbortSignal
  #failure: Error | undefined
  /** Seconds that connecting took: about one round trip. */
  #roundTrip = 0
  #ourEnd = false
  #peerEnd = false
  #closed = false
  /** Looks whether the step that is waited for is done. */
  #look: () => void = () => undefined

  private constructor(host: string, port: number, signal: AbortSignal) {
    this.#signal = signal
    this.#socket = createConnection({ host, port, allowHalfOpen: true, noDelay: true })
    this.#socket.on('connect', () => this.#look())
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('end', () => {
      this.#peerEnd = true
      if (this.#ourEnd) this.#look()
      else this.#fail(new Error('the peer closed the connection before it had everything'))
    })
    this.#socket.on('close', () => {
      this.#closed = true
      this.#look()
    })
    this.#socket.resume()
  }

  /** Connects; the name is resolved anew each time. */
  static async open(host: string, port: number, timeout: number, signal: AbortSignal): Promise<Connection> {
    const connection = new Connection(host, port, signal)
    let begin = performance.now()
    connection.#socket.on('connectionAttempt', () => {
      begin = performance.now()
    })
    const late = new Error(`connect timeout: no connection within ${timeout} s`)
    try {
      await connection.#until(() => !connection.#socket.connecting, timeout, late)
      connection.#roundTrip = (performance.now() - begin) / 1000
      return connection
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  /**
   * Writes everything; `timeout` bounds how long the peer may take nothing at all, as far as the kernel tells: it takes
   * bytes again when a good part of its buffer is free, so a slow peer makes progress in steps. It must take `pieceSize`
   * bytes in that time.
   *
   * @throws TimedOut when it does not get on.
   */
  async write(bytes: Uint8Array, timeout: number, pieceSize: number): Promise<void> {
    const late = new TimedOut(`write timeout: nothing could be sent for ${timeout} s`)
    for (let start = 0; start < bytes.length; start += pieceSize) {
      let taken = false
      this.#socket.write(bytes.subarray(start, start + pieceSize), () => {
        taken = true
        this.#look()
      })
      await this.#until(() => taken, timeout, late)
    }
  }

  /**
   * Closes our side and waits until the peer has closed its own. First it waits two round trips, or a moment: a peer that
   * closed while our last bytes were on their way has then been heard of, and cannot be mistaken for one that answers our
   * end.
   *
   * @throws NoClose when it does not within `timeout`.
   */
  async end(timeout: number): Promise<void> {
    const late = new NoClose(
      `commit timeout: the peer did not close the connection within ${timeout} s after the last byte`,
    )
    await this.#pause(Math.min(Math.max(2 * this.#roundTrip, leastPause), timeout))
    this.#ourEnd = true
    this.#socket.end()
    await this.#until(() => this.#closed, timeout, late)
    if (!this.#peerEnd) throw new Error('the connection was lost before the peer closed it')
  }

  /** Sends nothing for so many seconds. @throws when the peer closes the connection meanwhile. */
  async idle(seconds: number): Promise<void> {
    await this.#pause(seconds)
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#look()
  }

  /** Lets time pass, unless something goes wrong: the peer closes, or it is no longer wanted. */
  async #pause(seconds: number): Promise<void> {
    let over = false
    const finish = () => {
      over = true
      this.#look()
    }
    const timer = setTimeout(() => setImmediate(finish), seconds * 1000)
    try {
      await this.#until(() => over, seconds + 1, new Error('a timer is late'))
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Waits for one step: done, failed, too late or no longer wanted, whichever comes first. After the program was busy,
   * Node.js runs timers before the events of sockets; here, as in `#pause`, those come first.
   */
  async #until(done: () => boolean, timeout: number, late: Error): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    let stop = () => {}
    try {
      await new Promise<void>((resolve, reject) => {
        stop = () => reject(new Error('stopped before it was done'))
        timer = setTimeout(() => setImmediate(reject, late), timeout * 1000)
        this.#signal.addEventListener('abort', stop)
        this.#look = () => {
          if (this.#failure !== undefined) reject(this.#failure)
          else if (this.#signal.aborted) stop()
          else if (done()) resolve()
        }
        this.#look()
      })
    } finally {
      clearTimeout(timer)
      this.#signal.removeEventListener('abort', stop)
      this.#look = () => undefined
    }
  }
}
