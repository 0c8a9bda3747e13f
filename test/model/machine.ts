/** What somebody waits for; `wake` is called once, in the context of its owner. */
export interface Timer {
  readonly due: number
  readonly owner: object | undefined
  readonly wake: () => void
}

/** Time that passes only when it is told to: one clock that only runs, and a time of day that may be set. In milliseconds. */
export class Time {
  now = 0
  /** What the time of day is ahead of `now`. */
  offset = 1_700_000_000_500
  readonly #timers = new Set<Timer>()

  get wall(): number {
    return this.now + this.offset
  }

  /** Calls `wake` after so many milliseconds. */
  schedule(milliseconds: number, wake: () => void, owner?: object): Timer {
    const timer = { due: this.now + Math.max(1, milliseconds), owner, wake }
    this.#timers.add(timer)
    return timer
  }

  cancel(timer: Timer): void {
    this.#timers.delete(timer)
  }

  timersOf(owner: object): Timer[] {
    return [...this.#timers].filter((timer) => timer.owner === owner)
  }

  /** Ends whatever somebody waits for. */
  wake(owner: object): void {
    for (const timer of this.timersOf(owner)) {
      this.#timers.delete(timer)
      timer.wake()
    }
  }

  /** Lets time pass; after everything that falls due, `settle` is awaited. */
  async pass(milliseconds: number, settle: () => Promise<void>): Promise<void> {
    const end = this.now + milliseconds
    for (let fired = 0; fired < 10_000; fired++) {
      const next = this.#next()
      if (next === undefined || next.due > end) {
        this.now = end
        return
      }
      this.#timers.delete(next)
      this.now = Math.max(this.now, next.due)
      next.wake()
      await settle()
    }
    throw new Error(`timers are set again and again without an end: 10,000 in ${milliseconds} ms`)
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (next === undefined || timer.due < next.due) next = timer
    return next
  }
}

/** What a disk can do to a change: an error of the system, or a write that takes only a part. */
export type DiskFault = 'ENOSPC' | 'EIO' | 'short'

/** By kind of change, what can happen to it. */
const faults: Readonly<Record<string, readonly DiskFault[]>> = {
  mkdir: ['ENOSPC', 'EIO'],
  create: ['ENOSPC', 'EIO'],
  write: ['ENOSPC', 'EIO'],
  sync: ['EIO', 'ENOSPC'],
  rename: ['EIO'],
  rm: ['EIO'],
  'write in parts': ['short'],
}

/** A disk that fails on request: from one change on, so many times. */
export class Disk {
  /** Faults so far. */
  failed = 0
  #fault: DiskFault = 'EIO'
  #before = 0
  #left = 0

  /** After `before` changes that succeed, `count` fail. */
  fail(fault: DiskFault, before: number, count: number): void {
    this.#fault = fault
    this.#before = before
    this.#left = count
  }

  free(): void {
    this.#left = 0
  }

  /** What is to happen to a change, if anything. */
  faultOf(kind: string): DiskFault | undefined {
    if (this.#left === 0 || faults[kind]?.includes(this.#fault) !== true) return undefined
    if (this.#before > 0) {
      this.#before--
      return undefined
    }
    this.#left--
    this.failed++
    return this.#fault
  }

  errorOf(kind: string): Error | undefined {
    const code = this.faultOf(kind)
    return code && Object.assign(new Error(`${code}: injected, ${kind}`), { code, errno: -5 })
  }
}
