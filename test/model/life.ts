import { AsyncLocalStorage } from 'node:async_hooks'
import { closeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Socket } from 'node:net'
import type { Disk, Time } from './machine.ts'

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
  readonly disk: Disk
  /** Hears of every operation, and then whether it had its effect or the disk failed. */
  begun(operation: Operation): void
  done(operation: Operation): void
  failed(operation: Operation): void
}

/** Which life the running code belongs to. */
export const lives = new AsyncLocalStorage<Life>()

/** What code of a life that has ended gets for everything it still tries. */
export class Ended extends Error {
  readonly code = 'EENDED'
}

/**
 * One run of a program. It is killed at an operation of choice or at once: nothing that it tries afterwards has any
 * effect, its sockets and files are closed as the kernel would close them, it is told to stop, and whatever it waits for
 * is over, so that what is left of it winds down.
 */
export class Life {
  readonly program: string
  readonly surroundings: Surroundings
  readonly #stop = new AbortController()
  readonly #sockets = new Set<Socket>()
  readonly #descriptors = new Set<number>()
  readonly #handles = new Map<FileHandle, () => Promise<void>>()
  #inFlight = 0
  #operations = 0
  #end: { readonly at: number; readonly effect: Effect } | undefined
  #dead = false
  #over = false
  #failure: unknown

  constructor(program: string, surroundings: Surroundings) {
    this.program = program
    this.surroundings = surroundings
  }

  get dead(): boolean {
    return this.#dead
  }

  /** Whether nothing of it goes on. */
  get over(): boolean {
    return this.#over && this.#inFlight === 0
  }

  /** Why it ended, unless it was killed or told to stop. */
  get failure(): unknown {
    return this.#dead ? undefined : this.#failure
  }

  /** Sockets that are open. */
  get sockets(): number {
    return this.#sockets.size
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** What it still has although it is over. */
  get leaks(): string[] {
    const counts = {
      timers: this.surroundings.time.timersOf(this).length,
      sockets: this.#sockets.size,
      files: this.#handles.size,
    }
    return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []))
  }

  begin(run: (signal: AbortSignal) => Promise<void>): void {
    void lives
      .run(this, () => run(this.#stop.signal))
      .catch((error) => {
        this.#failure = error
      })
      .finally(() => {
        // The locks, which the kernel frees with the process.
        for (const descriptor of this.#descriptors) closeSync(descriptor)
        this.#over = true
      })
  }

  /** Tells it to stop. */
  stop(): void {
    this.#stop.abort('SIGTERM')
  }

  /** Ends it at the n-th operation from now. */
  endAt(operations: number, effect: Effect): void {
    this.#end = { at: this.#operations + operations, effect }
  }

  spare(): void {
    this.#end = undefined
  }

  kill(): void {
    if (this.#dead) return
    this.#dead = true
    for (const socket of this.#sockets) socket.destroy()
    for (const close of this.#handles.values()) void this.#counted(close)
    this.#handles.clear()
    this.#stop.abort('SIGKILL')
    this.surroundings.time.wake(this)
  }

  /** Does one operation on files, unless this is where it ends or where the disk fails. */
  async operate<T>(operation: Operation, whole: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> {
    const { surroundings } = this
    if (this.#dead) throw new Ended()
    this.#operations++
    surroundings.begun(operation)
    const effect = this.#operations === this.#end?.at ? this.#end.effect : undefined
    const error = effect === undefined ? surroundings.disk.errorOf(operation.kind) : undefined
    if (effect === 'before') this.kill()
    if (this.#dead) throw new Ended()
    return this.#counted(async () => {
      if (effect === 'midway' || error !== undefined) await half?.()
      if (effect === 'midway') this.kill()
      if (this.#dead) throw new Ended()
      if (error !== undefined) {
        surroundings.failed(operation)
        throw error
      }
      const result = await whole()
      surroundings.done(operation)
      if (effect === 'after') this.kill()
      return result
    })
  }

  /** Closes a file with the life, if it is not closed before. */
  holds(handle: FileHandle, close: () => Promise<void>): void {
    if (this.#dead) void this.#counted(close)
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
    if (this.#dead) throw new Ended()
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  /** Opens a file at once and holds it. */
  opens(open: () => number): number {
    if (this.#dead) throw new Ended()
    const descriptor = open()
    this.#descriptors.add(descriptor)
    return descriptor
  }

  closes(descriptor: number): void {
    this.#descriptors.delete(descriptor)
  }

  /** Something else that it waits for, for a moment. */
  busy(change: 1 | -1): void {
    this.#inFlight += change
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.#inFlight++
    try {
      return await work()
    } finally {
      this.#inFlight--
    }
  }
}
