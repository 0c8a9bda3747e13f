import { setTimeout as delay } from 'node:timers/promises'

/** Resolves after `seconds`, or at once when `signal` is or becomes aborted; never rejects. */
export async function wait(seconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await delay(seconds * 1000, undefined, { signal }).catch(() => undefined)
}
