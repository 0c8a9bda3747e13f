import { setTimeout as delay } from 'node:timers/promises'

/** Resolves after `seconds`, or at once when `signal` is or becomes aborted; never rejects. */
export async function wait(seconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await delay(seconds * 1000, undefined, { signal }).catch(() => undefined)
}

/** Runs a task when fewer than the agreed number of them are running; in the order of the calls. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>

/** At most `limit` tasks at a time. */
export function atMost(limit: number): Limiter {
  const waiting: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
