import timers from 'node:timers/promises'
import { type Life, lives } from './life.ts'

/** Timers of at most so many milliseconds wait for sockets, which are real and fast: they take no longer than `real`. */
const short = { atMost: 50, real: 3 }

const realDelay = timers.setTimeout
const realSetTimeout = globalThis.setTimeout
const realClearTimeout = globalThis.clearTimeout

/** `setTimeout` of `node:timers/promises`. */
function delay(milliseconds = 1, value?: unknown, options: { signal?: AbortSignal; ref?: boolean } = {}) {
  const life = lives.getStore()
  const { signal } = options
  if (life === undefined) return realDelay(milliseconds, value, options)
  return new Promise((resolve, reject) => {
    const { time } = life.surroundings
    const stop = () => {
      time.cancel(timer)
      reject(signal?.reason)
    }
    const wake = () => {
      signal?.removeEventListener('abort', stop)
      resolve(value)
    }
    const timer = time.schedule(milliseconds, wake, life)
    if (life.dead || signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}

/** A timer as far as the programs use one. */
interface LifeTimer {
  clear(): void
  ref(): LifeTimer
  unref(): LifeTimer
}

const made = new WeakSet<LifeTimer>()

function timerThat(clear: () => void): LifeTimer {
  const timer: LifeTimer = { clear, ref: () => timer, unref: () => timer }
  made.add(timer)
  return timer
}

/** A real one, during which the life is not at rest. */
function shortTimer(life: Life, milliseconds: number, call: () => void): LifeTimer {
  let over = false
  const finish = () => {
    if (!over) life.inFlight--
    over = true
  }
  life.inFlight++
  const timer = realSetTimeout(() => {
    finish()
    call()
  }, milliseconds)
  return timerThat(() => {
    realClearTimeout(timer)
    finish()
  })
}

function setTimeoutOfLife(callback: (...given: unknown[]) => void, milliseconds = 1, ...given: unknown[]): unknown {
  const life = lives.getStore()
  if (life === undefined) return realSetTimeout(callback, milliseconds, ...given)
  const call = () => lives.run(life, () => callback(...given))
  if (life.dead) return shortTimer(life, 1, call)
  if (milliseconds <= short.atMost) return shortTimer(life, Math.min(milliseconds, short.real), call)
  const { time } = life.surroundings
  const timer = time.schedule(milliseconds, call, life)
  return timerThat(() => time.cancel(timer))
}

function clearTimeoutOfLife(timer: unknown): void {
  if (made.has(timer as LifeTimer)) (timer as LifeTimer).clear()
  else realClearTimeout(timer as NodeJS.Timeout)
}

/** Gives a life the time of its surroundings; `syncBuiltinESMExports` has to follow. */
export function interceptTimers(): void {
  Object.assign(timers, { setTimeout: delay })
  Object.assign(globalThis, { setTimeout: setTimeoutOfLife, clearTimeout: clearTimeoutOfLife })
  const now = performance.now.bind(performance)
  // Only round-trip times depend on it: here a round trip takes no time.
  performance.now = () => (lives.getStore() === undefined ? now() : 0)
}
