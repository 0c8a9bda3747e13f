import type { WorkerThread } from './worker-thread.ts'

/** Seconds after which threads that a backlog needed are ended; one always stays, with what it knows of names. */
const idleTime = 30

/** Threads that have nothing to do. The one that worked last is taken first, so that those that are not needed get old. */
export class IdleThreads {
  readonly #end: (thread: WorkerThread) => void
  readonly #timer: NodeJS.Timeout
  #idle: { readonly thread: WorkerThread; readonly since: number }[] = []

  /** `end` is given those that have been idle for too long. */
  constructor(end: (thread: WorkerThread) => void) {
    this.#end = end
    this.#timer = setInterval(() => this.#endOld(), (idleTime * 1000) / 3)
    this.#timer.unref()
  }

  add(thread: WorkerThread): void {
    this.#idle.push({ thread, since: performance.now() })
  }

  take(): WorkerThread | undefined {
    return this.#idle.pop()?.thread
  }

  close(): void {
    clearInterval(this.#timer)
    this.#idle = []
  }

  #endOld(): void {
    while (this.#idle.length > 1) {
      const [oldest] = this.#idle
      if (oldest === undefined || performance.now() - oldest.since < idleTime * 1000) return
      this.#idle.shift()
      this.#end(oldest.thread)
    }
  }
}
