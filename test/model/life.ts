import { AsyncLocalStorage } from 'node:async_hooks'
import { closeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Socket } from 'node:net'
import type { Time } from './time.ts'

/** One operation on files. */
export interface Operation {
  readonly kind: string
  readonly path: string
  /** Of a rename. */
  readonly to?: string
}

/** When a life ends at an operation: before its effect, with half of it where it has halves, or after it. */
export type Effect = 'before' | 'midway' | 'after'

export interface Surroundings {
  readonly time: Time
  /** Called before every operation, and after one that had its effect. */
  begun(operation: Operation): void
  done(operation: Operation): void
}

/** Which life the running code belongs to. */
export const lives = new AsyncLocalStorage<Life>()

/** The error of all operations of a life that has ended. */
export class Ended extends Error {
  readonly code = 'EENDED'
}

/**
 * One run of a program. It is killed at an operation of choice or at once: later operations have no effect, its sockets and
 * files are closed as the kernel would close them, its signal is aborted, and all its timers end, so that the rest of it
 * winds down.
 */
export class Life {
  readonly program: string
  readonly surroundings: Surroundings
  dead = false
  /** Why it ended, unless it was killed or stopped. */
  failure: unknown
  /** Operations and short timers that go on. */
  inFlight = 0
  readonly #stop = new AbortController()
  readonly #sockets = new Set<Socket>()
  readonly #descriptors = new Set<number>()
  readonly #handles = new Map<FileHandle, () => Promise<void>>()
  #operations = 0
  #end: { readonly at: number; readonly effect: Effect } | undefined
  #over = false

  constructor(program: string, surroundings: Surroundings) {
    this.program = program
    this.surroundings = surroundings
  }

  /** Whether nothing of it goes on. */
  get over(): boolean {
    return this.#over && this.inFlight === 0
  }

  /** How many sockets are open. */
  get sockets(): number {
    return this.#sockets.size
  }

  /** What is still open although it is over. */
  get leaks(): string[] {
    const timers = this.surroundings.time.timersOf(this).length
    const counts = { timers, sockets: this.#sockets.size, files: this.#handles.size }
    return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []))
  }

  begin(run: (signal: AbortSignal) => Promise<void>): void {
    void lives
      .run(this, () => run(this.#stop.signal))
      .catch((error) => {
        if (!this.dead) this.failure = error
      })
      .finally(() => {
        // The locks, which the kernel frees with the process.
        for (const descriptor of this.#descriptors) closeSync(descriptor)
        this.#over = true
      })
  }

  /** Ends it as SIGTERM does. */
  stop(): void {
    this.#stop.abort('SIGTERM')
  }

  /** Kills it at the n-th operation from now; never without a number. */
  endAt(operations = Number.POSITIVE_INFINITY, effect: Effect = 'before'): void {
    this.#end = { at: this.#operations + operations, effect }
  }

  kill(): void {
    if (this.dead) return
    this.dead = true
    for (const socket of this.#sockets) socket.destroy()
    for (const close of this.#handles.values()) void this.#counted(close)
    this.#handles.clear()
    this.#stop.abort('SIGKILL')
    this.surroundings.time.wake(this)
  }

  /** Does one operation on files, unless the life ends here. */
  async operate<T>(operation: Operation, whole: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> {
    if (this.dead) throw new Ended()
    this.#operations++
    this.surroundings.begun(operation)
    const effect = this.#operations === this.#end?.at ? this.#end.effect : undefined
    if (effect === 'before') this.kill()
    if (this.dead) throw new Ended()
    return this.#counted(async () => {
      if (effect === 'midway') {
        await half?.()
        this.kill()
      }
      if (this.dead) throw new Ended()
      const result = await whole()
      this.surroundings.done(operation)
      if (effect === 'after') this.kill()
      return result
    })
  }

  /** Closes a file with the life, unless it is closed before. */
  holds(handle: FileHandle, close: () => Promise<void>): void {
    if (this.dead) void this.#counted(close)
    else this.#handles.set(handle, close)
  }

  has(handle: FileHandle): boolean {
    return this.#handles.has(handle)
  }

  /** Whether it was still this life's to close. */
  releases(handle: FileHandle): boolean {
    return this.#handles.delete(handle)
  }

  connects(socket: Socket): void {
    if (this.dead) throw new Ended()
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  /** Opens a file at once and holds it. */
  opens(open: () => number): number {
    if (this.dead) throw new Ended()
    const descriptor = open()
    this.#descriptors.add(descriptor)
    return descriptor
  }

  closes(descriptor: number): void {
    this.#descriptors.delete(descriptor)
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.inFlight++
    try {
      return await work()
    } finally {
      this.inFlight--
    }
  }
}
