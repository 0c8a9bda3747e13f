import { once } from 'node:events'
import { rename, rm } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import type { Answer, Shape } from '../faults/harness/shape.ts'

/** How one HAProxy process behaves; `at` is a part of its answer, in thousandths. */
export type Manner =
  | { readonly kind: 'whole' | 'header' | 'refuse' | 'gone' }
  | { readonly kind: 'cut' | 'stall'; readonly at: number }

/** What one process said, all of it. `serial` stands for the time of its values: no two answers are alike. */
export interface Said extends Answer {
  readonly process: number
  readonly serial: number
}

/** Whether a process listens, and how often that has changed. */
export interface Presence {
  readonly listens: boolean
  readonly changes: number
}

/** HAProxy processes on unix sockets in one directory; every answer has values of its own, which its serial tells. */
export class Sources {
  readonly directory: string
  readonly shape: Shape
  /** Answers that were given to their end, the latest last. */
  readonly said: Said[] = []
  /** Connections that are left without an answer, or with a part of one. */
  readonly stalled = new Set<net.Socket>()
  serial = 0
  readonly #all: readonly Source[]

  constructor(directory: string, shape: Shape) {
    this.directory = directory
    this.shape = shape
    this.#all = Array.from({ length: shape.size.processes }, (_none, process) => new Source(this, process))
  }

  get presence(): Presence[] {
    return this.#all.map(({ listens, changes }) => ({ listens, changes }))
  }

  async behave(process: number, manner: Manner): Promise<void> {
    await this.#all[process]?.behave(manner)
  }

  /** A new process takes the place of the old one, under another number. */
  async reload(process: number): Promise<void> {
    await this.#all[process]?.reload()
  }

  /** All listen and answer. */
  async heal(): Promise<void> {
    for (const source of this.#all) await source.behave({ kind: 'whole' })
  }

  async close(): Promise<void> {
    for (const source of this.#all) await source.behave({ kind: 'gone' })
    for (const socket of this.stalled) socket.destroy()
  }
}

class Source {
  changes = 0
  readonly #sources: Sources
  readonly #process: number
  #manner: Manner = { kind: 'whole' }
  #pid: number
  #server: net.Server | undefined

  constructor(sources: Sources, process: number) {
    this.#sources = sources
    this.#process = process
    this.#pid = 1000 + process
  }

  get listens(): boolean {
    return this.#server !== undefined
  }

  async behave(manner: Manner): Promise<void> {
    this.#manner = manner
    if (manner.kind === 'refuse' || manner.kind === 'gone') this.#stop()
    else if (!this.listens) await this.#listen()
    if (manner.kind === 'gone') await rm(this.#path, { force: true })
  }

  async reload(): Promise<void> {
    this.#pid += 10
    if (this.listens) await this.#listen()
  }

  get #path(): string {
    return join(this.#sources.directory, `lb${this.#process}.sock`)
  }

  #stop(): void {
    this.changes++
    this.#server?.close()
    this.#server = undefined
  }

  /** Binds beside its path and takes it by a rename, as HAProxy does, so that its socket stays behind when it ends. */
  async #listen(): Promise<void> {
    const pid = this.#pid
    const bound = `${this.#path}.${pid}${this.changes}.tmp`
    const server = net.createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket, pid))
    server.listen({ path: bound })
    await once(server, 'listening')
    await rename(bound, this.#path)
    this.changes++
    this.#server?.close()
    this.#server = server
  }

  #serve(socket: net.Socket, pid: number): void {
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sources.stalled.delete(socket))
    socket.on('end', () => socket.end())
    socket.once('data', () => this.#speak(socket, pid))
  }

  #speak(socket: net.Socket, pid: number): void {
    const { shape, said, stalled } = this.#sources
    const serial = ++this.#sources.serial
    const { info, stat } = shape.answer(serial, this.#process, pid)
    const manner = this.#manner
    const whole = Buffer.from(info + stat)
    if (manner.kind === 'cut') socket.end(partOf(whole, manner.at))
    else if (manner.kind === 'header') socket.end(`${info}${stat.slice(0, stat.indexOf('\n') + 1)}\n`)
    else if (manner.kind === 'stall') {
      stalled.add(socket)
      socket.write(partOf(whole, manner.at))
    } else {
      said.push({ process: this.#process, serial, info, stat })
      socket.end(whole)
    }
  }
}

/** Never all of it. */
function partOf(whole: Buffer, thousandths: number): Buffer {
  return whole.subarray(0, Math.floor((thousandths / 1000) * whole.length))
}
