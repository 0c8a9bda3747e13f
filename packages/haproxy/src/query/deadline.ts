import { setMaxListeners } from 'node:events'
import { StatsError } from '@haproxystats/core'
import { startPatience } from './patience.ts'

/** However busy the program is, a deadline is over after so many times its seconds, unless told. */
const mostBusy = 3

/** A time by which something must be over, as an `AbortSignal`. */
export interface Deadline {
  /** Aborted when the time is up (its reason is a `SOURCE_TIMEOUT`) or when the signal behind it is. */
  readonly signal: AbortSignal
  readonly seconds: number
  /** Ends the timer and the listening; to be called in a `finally`. */
  dispose(): void
}

/**
 * The time in which this program itself was busy does not count, but with it it is `most` seconds at most. Made by hand, because in
 * Node.js 20 `AbortSignal.any` keeps every signal made from a lasting one.
 */
export function startDeadline(seconds: number, behind: AbortSignal, most = seconds * mostBusy): Deadline {
  const controller = new AbortController()
  // One for every source; more than the ten that Node.js takes for a leak.
  setMaxListeners(0, controller.signal)
  const stop = () => controller.abort(behind.reason)
  const expire = () =>
    controller.abort(new StatsError('SOURCE_TIMEOUT', `no time left after ${seconds} s`, { seconds }))
  const endWaiting = startPatience({ wait: seconds, most }, expire)
  if (behind.aborted) stop()
  behind.addEventListener('abort', stop, { once: true })
  const dispose = () => {
    endWaiting()
    behind.removeEventListener('abort', stop)
  }
  return { signal: controller.signal, seconds, dispose }
}
