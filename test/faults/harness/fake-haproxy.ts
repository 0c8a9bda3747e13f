import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import type { Answer, Shape } from './shape.ts'
import { pause } from './wait.ts'

/**
 * How an answer misbehaves; a complete answer at once with nothing set. Positions are bytes of the answer; a position below
 * 1 is a fraction of it.
 */
export interface Manner {
  readonly cutAt?: number
  /** Sends no more and keeps the connection. */
  readonly stallAt?: number
  /** Waits so long before the first byte, in milliseconds. */
  readonly delay?: number
  /** Repeats the last row for ever. */
  readonly endless?: boolean
  /** A header and no rows, like a process that is stopping. */
  readonly headerOnly?: boolean
}

/** One HAProxy process of a shape, on a unix socket: answers with the values of one time. */
export class FakeHaproxy {
  readonly path: string
  asked = 0
  manner: Manner = {}
  /** Seconds that its clock is ahead of the machine's. */
  ahead = 0
  /** How often it has begun or ceased to listen. */
  changes = 0
  /** Connections that were left without a complete answer. */
  readonly stalled = new Set<net.Socket>()
  /** The time whose values the next answer has. */
  time = () => Math.floor(Date.now() / 1000 + this.ahead)
  /** Called for every complete answer. */
  answered: (answer: Answer, time: number) => void = () => undefined
  readonly #shape: Shape
  readonly #process: number
  #pid: number
  #server: net.Server | undefined

  constructor(directory: string, shape: Shape, process: number) {
    this.path = join(directory, `lb${process}.sock`)
    this.#shape = shape
    this.#process = process
    this.#pid = 1000 + process
  }

  /** One for every process of a shape, with sockets in a directory. */
  static async listenAll(directory: string, shape: Shape): Promise<FakeHaproxy[]> {
    mkdirSync(directory, { recursive: true })
    const all = shape.processes.map((process) => new FakeHaproxy(directory, shape, process))
    for (const fake of all) await fake.listen()
    return all
  }

  get listens(): boolean {
    return this.#server !== undefined
  }

  /** Binds beside its path and takes it by a rename, as HAProxy does, so that its socket stays behind when it ends. */
  async listen(): Promise<void> {
    const pid = this.#pid
    const bound = `${this.path}.${pid}${this.changes}.tmp`
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy())
      socket.on('close', () => this.stalled.delete(socket))
      socket.on('end', () => socket.end())
      socket.once('data', () => void this.#answer(socket, pid))
    })
    server.listen({ path: bound })
    await once(server, 'listening')
    await rename(bound, this.path)
    this.stop()
    this.#server = server
  }

  stop(): void {
    this.changes++
    this.#server?.close()
    this.#server = undefined
  }

  /** A new process takes the place of the old one. */
  async reload(): Promise<void> {
    this.#pid += 10
    if (this.listens) await this.listen()
  }

  /** The answer of a time. */
  answer(time: number): Buffer {
    const { info, stat } = this.#shape.answer(time, this.#process, this.#pid)
    return Buffer.from(info + stat)
  }

  async #answer(socket: net.Socket, pid: number): Promise<void> {
    this.asked++
    const { cutAt, stallAt, delay = 0, endless, headerOnly } = this.manner
    const time = this.time()
    const answer = this.#shape.answer(time, this.#process, pid)
    const { info, stat } = answer
    const whole = Buffer.from(headerOnly ? `${info}${stat.slice(0, stat.indexOf('\n') + 1)}\n` : info + stat)
    const position = (at = Infinity) => Math.min(whole.length, at < 1 ? Math.floor(at * whole.length) : at)
    if (delay > 0) await pause(delay)
    if (stallAt !== undefined) {
      this.stalled.add(socket)
      socket.write(whole.subarray(0, position(stallAt)))
    } else if (endless) await this.#repeat(socket, whole)
    else {
      if (cutAt === undefined && !headerOnly) this.answered(answer, time)
      socket.end(whole.subarray(0, position(cutAt)))
    }
  }

  /** All but the last byte, and the last row for ever. */
  async #repeat(socket: net.Socket, answer: Buffer): Promise<void> {
    const row = answer.subarray(answer.lastIndexOf('\n', -3) + 1, -1)
    socket.write(answer.subarray(0, -1))
    while (!socket.destroyed) {
      if (!socket.write(Buffer.concat(Array(200).fill(row))))
        await Promise.race([once(socket, 'drain'), pause(200)]).catch(() => undefined)
    }
  }
}
