import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { clientNetwork } from './client-network.ts'

/** Connections beyond the limits that are kept all the same: they get `/health` and `/ready`, and 503 for all else. */
const mostSpare = 32

/** How long a client may read what it did wrong before its connection is destroyed, in milliseconds. */
const linger = 1000

export interface Pending {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** One client, from the moment it is accepted. */
export interface Connection {
  /** Its address or, in IPv6, its network; undefined behind a unix socket. */
  readonly network: string | undefined
  /** That of TLS once the handshake is done. */
  socket: Socket
  /** Requests whose answers are not sent; the first is the one that is being answered. */
  readonly pending: Pending[]
  /** Since when nothing was sent, in milliseconds. */
  since: number
  /** `bytesWritten` of the socket at that time. */
  written: number
  /** Beyond the limits. */
  isSpare: boolean
}

export interface ConnectionLimits {
  readonly most: number
  readonly mostOfOne: number
  /** Milliseconds a client may stay without a request, and not read an answer. */
  readonly keepAlive: number
  readonly silence: number
  /** How often these two are looked at. */
  readonly interval: number
}

/**
 * All connections. At a limit, the connection that has been idle for longest is closed, so that clients that only hold
 * connections do not keep others out; when all are busy, a few more are accepted for `/health` and `/ready`.
 */
export class Connections {
  readonly #limits: ConnectionLimits
  readonly #all = new Set<Connection>()
  readonly #bySocket = new WeakMap<Socket, Connection>()
  /** Connections by their peer that are in the handshake of TLS. */
  readonly #shaking = new Map<string, Connection[]>()
  readonly #timer: NodeJS.Timeout

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
    this.#timer = setInterval(() => this.#sweep(), limits.interval).unref()
  }

  /** Undefined before the handshake of TLS is done. */
  of(socket: Socket): Connection | undefined {
    return this.#bySocket.get(socket)
  }

  /** `withTls`: a handshake follows, which `secured` ends. */
  admit(socket: Socket, withTls: boolean): void {
    const network = clientNetwork(socket.remoteAddress)
    const connection: Connection = {
      network,
      socket,
      pending: [],
      since: performance.now(),
      written: 0,
      isSpare: false,
    }
    this.#all.add(connection)
    const peer = peerOf(socket)
    if (withTls) this.#shaking.set(peer, [...(this.#shaking.get(peer) ?? []), connection])
    else this.#bySocket.set(socket, connection)
    socket.once('close', () => {
      this.#all.delete(connection)
      this.#shaken(peer, connection)
    })
    this.#makeRoom(connection)
  }

  /** The handshake is done: what HTTP reads and writes is another socket. */
  secured(socket: Socket): void {
    const peer = peerOf(socket)
    const connection = this.#shaking.get(peer)?.[0]
    if (connection === undefined) {
      socket.destroy()
      return
    }
    this.#shaken(peer, connection)
    connection.socket = socket
    this.#bySocket.set(socket, connection)
  }

  /** Says what was wrong with a request that cannot be read, and hangs up whether the client reads that or not. */
  refuse(socket: Socket, status: string): void {
    const connection = this.of(socket)
    if (connection === undefined || connection.pending.length > 0 || !socket.writable) {
      socket.destroy()
      return
    }
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    const timer = setTimeout(() => socket.destroy(), linger)
    socket.once('close', () => clearTimeout(timer))
  }

  /** Closes the connections that wait for no response. */
  closeIdle(): void {
    for (const connection of this.#all) if (isIdle(connection)) this.#drop(connection)
  }

  close(): void {
    clearInterval(this.#timer)
    for (const connection of this.#all) this.#drop(connection)
  }

  /** Stops counting it at once: its socket emits `close` later, when more connections may have been accepted. */
  #drop(connection: Connection): void {
    this.#all.delete(connection)
    connection.socket.destroy()
  }

  #shaken(peer: string, connection: Connection): void {
    const rest = this.#shaking.get(peer)?.filter((other) => other !== connection) ?? []
    if (rest.length > 0) this.#shaking.set(peer, rest)
    else this.#shaking.delete(peer)
  }

  #makeRoom(newest: Connection): void {
    const { most, mostOfOne } = this.#limits
    if (this.#all.size <= Math.min(most, mostOfOne)) return
    const regular = [...this.#all].filter(({ isSpare }) => !isSpare)
    const ofOne = regular.filter(({ network }) => network !== undefined && network === newest.network)
    if (ofOne.length > mostOfOne) this.#giveWay(ofOne, newest)
    else if (regular.length > most) this.#giveWay(regular, newest)
    const [oldest, ...spare] = [...this.#all].filter(({ isSpare }) => isSpare)
    if (oldest !== undefined && spare.length >= mostSpare) this.#drop(oldest)
  }

  /**
   * Closes the connection that has been idle for longest in the network that has most idle ones, so that a crowd costs
   * other networks nothing.
   */
  #giveWay(connections: readonly Connection[], newest: Connection): void {
    const idle = connections.filter((connection) => isIdle(connection) && connection !== newest)
    const counts = new Map<string | undefined, number>()
    for (const { network } of idle) counts.set(network, (counts.get(network) ?? 0) + 1)
    const most = Math.max(...counts.values())
    const crowd = idle.filter(({ network }) => counts.get(network) === most)
    const [oldest] = crowd.sort((one, other) => one.since - other.since)
    if (oldest === undefined) newest.isSpare = true
    else this.#drop(oldest)
  }

  /** Only what is sent counts as progress: a client can send bytes that are no request for ever. */
  #sweep(): void {
    const now = performance.now()
    for (const connection of this.#all) {
      const patience = this.#limits[isIdle(connection) ? 'keepAlive' : 'silence']
      if (connection.socket.bytesWritten !== connection.written) progress(connection)
      else if (now - connection.since > patience) this.#drop(connection)
    }
  }
}

/** Something was sent to it, or an answer is complete. */
export function progress(connection: Connection): void {
  connection.since = performance.now()
  connection.written = connection.socket.bytesWritten
}

function isIdle({ pending }: Connection): boolean {
  return pending.length === 0
}

/**
 * Names a client of TCP while it is connected; all clients of unix sockets have the same name, and come in their order.
 */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
