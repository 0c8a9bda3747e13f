import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import type { Shape } from './shape.ts'
import { pause } from './wait.ts'

/** How an answer misbehaves; a complete answer at once with nothing set. Counts are bytes of the answer. */
export interface Manner {
  readonly cutAt?: number
  /** Says no more after so many bytes and keeps the connection. */
  readonly stallAt?: number
  /** Waits so long before the first byte, in milliseconds. */
  readonly delay?: number
  /** Repeats the last row for ever. */
  readonly endless?: boolean
  /** A header and no rows, as a process that is stopping. */
  readonly headerOnly?: boolean
}

/** One HAProxy process of a shape, on a unix socket: answers with values of the time at which it is asked. */
export class FakeHaproxy {
  readonly path: string
  asked = 0
  manner: Manner = {}
  /** Seconds that its clock is ahead of the machine's. */
  ahead = 0
  readonly #shape: Shape
  readonly #process: number
  readonly #server: net.Server

  private constructor(path: string, shape: Shape, process: number) {
    this.path = path
    this.#shape = shape
    this.#process = process
    this.#server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', () => void this.#speak(socket))
      socket.on('end', () => socket.end())
    })
  }

  /** One for every process of a shape, with sockets in a directory. */
  static async listenAll(directory: string, shape: Shape): Promise<FakeHaproxy[]> {
    mkdirSync(directory, { recursive: true })
    const all = Array.from(
      { length: shape.size.processes },
      (_none, process) => new FakeHaproxy(join(directory, `lb${process}.sock`), shape, process),
    )
    for (const fake of all) {
      fake.#server.listen({ path: fake.path })
      await once(fake.#server, 'listening')
    }
    return all
  }

  /** What it says at a time. */
  answer(time: number): Buffer {
    const { info, stat } = this.#shape.answer(time, this.#process)
    if (this.manner.headerOnly) return Buffer.from(`${info}${stat.slice(0, stat.indexOf('\n') + 1)}\n`)
    return Buffer.from(info + stat)
  }

  async #speak(socket: net.Socket): Promise<void> {
    this.asked++
    const { cutAt = Infinity, stallAt = Infinity, delay = 0, endless } = this.manner
    const answer = this.answer(Math.floor(Date.now() / 1000 + this.ahead))
    if (delay > 0) await pause(delay)
    const said = answer.subarray(0, Math.min(cutAt, stallAt, endless ? answer.length - 1 : answer.length))
    socket.write(said)
    const row = answer.subarray(answer.lastIndexOf('\n', -3) + 1, -1)
    while (endless && !socket.destroyed) {
      if (!socket.write(Buffer.concat(Array(200).fill(row))))
        await Promise.race([once(socket, 'drain'), pause(200)]).catch(() => undefined)
    }
    if (stallAt > answer.length) socket.end()
  }
}
