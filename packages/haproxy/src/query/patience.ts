import { performance } from 'node:perf_hooks'

/** In seconds. */
export interface Patience {
  /** So long is waited; time in which this program itself was busy does not count. */
  readonly wait: number
  /** With that time, it is at most so long; unlimited unless told. */
  readonly most?: number
}

/** So often what has arrived is dealt with before giving up: a connection, an answer, its end, and one more. */
const lastRounds = 4

/**
 * Calls `giveUp` when nothing has happened for so long that somebody else is to blame: only the time in which the event loop
 * waited counts. While it is busy, with 200 answers or without a CPU, what a source has long done is not seen yet, and a plain timer
 * would expire before it is. Returns what ends the waiting.
 */
export function startPatience({ wait, most = Number.POSITIVE_INFINITY }: Patience, giveUp: () => void): () => void {
  let seen = performance.eventLoopUtilization()
  let passed = 0
  let timer: NodeJS.Timeout
  let round: NodeJS.Immediate | undefined
  const sleep = (milliseconds: number) => {
    timer = setTimeout(look, milliseconds, milliseconds)
  }
  // What the program was busy for is waited for once more.
  const look = (slept: number) => {
    const { idle, active } = performance.eventLoopUtilization(seen)
    seen = performance.eventLoopUtilization()
    passed += Math.max(slept, idle + active)
    const left = Math.min(active, wait * 1000, most * 1000 - passed)
    if (left >= 1) sleep(left)
    else lastLook(lastRounds)
  }
  const lastLook = (rounds: number) => {
    round = setImmediate(() => (rounds > 1 ? lastLook(rounds - 1) : giveUp()))
  }
  sleep(Math.min(wait, most) * 1000)
  return () => {
    clearTimeout(timer)
    clearImmediate(round)
  }
}
