import { setMaxListeners } from 'node:events'
import { performance } from 'node:perf_hooks'
import { StatsError } from '@haproxystats/core'

/** The longest time of a deadline however busy the program is, as a multiple of its seconds. */
const busyFactor = 3

/** A time by which something must be over, as an `AbortSignal`. */
export interface Deadline {
  /** Aborted when the time is up (its reason is a `SOURCE_TIMEOUT`) or when the parent signal is. */
  readonly signal: AbortSignal
  /** Ends the timer and removes the listener; to be called in a `finally`. */
  dispose(): void
}

/**
 * Time in which this program itself is busy does not count, up to `most` seconds in all. Not `AbortSignal.any`, which in
 * Node.js 20 keeps every signal made from a lasting one.
 */
export function startDeadline(seconds: number, parent: AbortSignal, most = seconds * busyFactor): Deadline {
  const controller = new AbortController()
  // One for every source; more than the ten that Node.js takes for a leak.
  setMaxListeners(0, controller.signal)
  const stop = () => controller.abort(parent.reason)
  const expire = () =>
    controller.abort(new StatsError('SOURCE_TIMEOUT', `deadline of ${seconds} s exceeded`, { seconds }))
  const stopTimer = startTimeout({ seconds, most }, expire)
  if (parent.aborted) stop()
  parent.addEventListener('abort', stop, { once: true })
  const dispose = () => {
    stopTimer()
    parent.removeEventListener('abort', stop)
  }
  return { signal: controller.signal, dispose }
}

/** Before a timeout expires, pending events are handled so often: a connection, an answer, its end, and one more. */
const lastRounds = 4

/**
 * Calls `expire` when so many seconds have passed in which the event loop was idle, or `most` in any case. A plain timer
 * would blame a source for the time in which this program is busy, with 200 answers or without a CPU, and does not see
 * what has arrived. Returns what stops it.
 */
export function startTimeout(
  { seconds, most = Number.POSITIVE_INFINITY }: { readonly seconds: number; readonly most?: number },
  expire: () => void,
): () => void {
  let seen = performance.eventLoopUtilization()
  let passed = 0
  let timer: NodeJS.Timeout
  let round: NodeJS.Immediate | undefined
  const sleep = (milliseconds: number) => {
    timer = setTimeout(look, milliseconds, milliseconds)
  }
  // Waits once more for as long as the program was busy.
  const look = (slept: number) => {
    const { idle, active } = performance.eventLoopUtilization(seen)
    seen = performance.eventLoopUtilization()
    passed += Math.max(slept, idle + active)
    const left = Math.min(active, seconds * 1000, most * 1000 - passed)
    if (left >= 1) sleep(left)
    else lastLook(lastRounds)
  }
  const lastLook = (rounds: number) => {
    round = setImmediate(() => (rounds > 1 ? lastLook(rounds - 1) : expire()))
  }
  sleep(Math.min(seconds, most) * 1000)
  return () => {
    clearTimeout(timer)
    clearImmediate(round)
  }
}
