import { once } from 'node:events'
import net from 'node:net'
import type { Ledger } from './ledger.ts'
import { pause } from './wait.ts'

/** How a receiver misbehaves; every field is one way. Counts are bytes of one connection. */
export interface Behaviour {
  /** Waits so long after our end before it closes its side, in milliseconds. */
  readonly closeDelay?: number
  /** Keeps its side open after our end. */
  readonly neverClose?: boolean
  /** Keeps its side open after our end if anything was sent, until `release`. */
  readonly hold?: boolean
  /** Resets the connection as soon as it has read so many bytes. */
  readonly resetAt?: number
  /** Closes without having read more than so many bytes, or a little more: what it has read counts as arrived. */
  readonly closeAt?: number
  /** Reads nothing. */
  readonly stopped?: boolean
  /** Reads so many bytes a second. */
  readonly bytesPerSecond?: number
}

/** A Graphite that passes lines to a ledger, and misbehaves on request. */
export class Receiver {
  readonly ledger: Pick<Ledger, 'arrive'>
  connections = 0
  /** Connections that had at least one byte. */
  used = 0
  /** Connections that the receiver itself broke before the peer's end. */
  broken = 0
  /** Connections of which the receiver has everything and which it has not closed, by `hold`. */
  held = 0
  /** Connections that are open by `neverClose` although the peer has ended. */
  readonly kept = new Set<net.Socket>()
  /** Called for each of them. */
  onKept: () => void = () => undefined
  #behaviour: (connection: number) => Behaviour = () => ({})
  readonly #sockets = new Set<net.Socket>()
  readonly #heldSockets: net.Socket[] = []
  #server: net.Server | undefined
  #port = 0

  constructor(ledger: Pick<Ledger, 'arrive'>) {
    this.ledger = ledger
  }

  get port(): number {
    return this.#port
  }

  get isListening(): boolean {
    return this.#server !== undefined
  }

  /** Listens on a free port, after `close` on the same one. */
  async listen(): Promise<void> {
    this.#server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => void this.#serve(socket))
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as net.AddressInfo).port
  }

  /** How every connection from now on is treated, by its number. */
  behave(behaviour: Behaviour | ((connection: number) => Behaviour)): void {
    this.#behaviour = typeof behaviour === 'function' ? behaviour : () => behaviour
  }

  /** Refuses connections and resets those that are open. */
  async close(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = once(server, 'close')
    server.close()
    this.dropAll()
    await closed
  }

  /** Resets all connections that are open. */
  dropAll(): void {
    for (const socket of this.#sockets) reset(socket)
  }

  /** Closes its side of all connections that are kept open. */
  closeKept(): void {
    for (const socket of this.kept) socket.end()
    this.kept.clear()
  }

  /** Closes its side of all connections that are held. */
  release(): void {
    for (const socket of this.#heldSockets.splice(0)) socket.end()
  }

  async #serve(socket: net.Socket): Promise<void> {
    const behaviour = this.#behaviour(++this.connections)
    const { resetAt = Infinity, closeAt = Infinity, bytesPerSecond, stopped } = behaviour
    let rest = ''
    let read = 0
    this.#sockets.add(socket)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      this.kept.delete(socket)
    })
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      if (read === 0) this.used++
      const taken = Math.min(bytes.length, resetAt - read)
      read += taken
      rest = this.#take(rest + bytes.toString('latin1', 0, taken))
      if (read >= resetAt || read >= closeAt) this.#break(socket, read >= resetAt)
      else if (bytesPerSecond !== undefined) void this.#throttle(socket, (bytes.length / bytesPerSecond) * 1000)
    })
    socket.on('end', () => void this.#end(socket, behaviour, read > 0))
    if (resetAt <= 0 || closeAt <= 0) this.#break(socket, resetAt <= 0)
    else if (!stopped) socket.resume()
  }

  #take(text: string): string {
    const lines = text.split('\n')
    const rest = lines.pop() as string
    for (const line of lines) this.ledger.arrive(line)
    return rest
  }

  /** Closing with unread bytes makes the kernel send a reset; without, a FIN. */
  #break(socket: net.Socket, byReset: boolean): void {
    this.broken++
    if (byReset) reset(socket)
    else socket.destroy()
  }

  async #throttle(socket: net.Socket, milliseconds: number): Promise<void> {
    socket.pause()
    await pause(milliseconds)
    socket.resume()
  }

  async #end(socket: net.Socket, behaviour: Behaviour, isUsed: boolean): Promise<void> {
    const { closeDelay = 0, neverClose = false, hold = false } = behaviour
    if (neverClose) {
      this.kept.add(socket)
      this.onKept()
      return
    }
    if (hold && isUsed) {
      this.#heldSockets.push(socket)
      this.held++
      return
    }
    if (closeDelay > 0) await pause(closeDelay)
    socket.end()
  }
}

/** A socket that is being shut down cannot be reset: Node.js would leave it open. */
function reset(socket: net.Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
