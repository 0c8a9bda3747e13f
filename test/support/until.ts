import { setTimeout as delay } from 'node:timers/promises'

/**
 * Looks again and again until `look` returns something (neither `undefined` nor `false`), and returns that. Fails after
 * `seconds`, saying what was waited for; the limit is there to end a test that hangs, not to measure.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  seconds = 20,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for: ${what}`)
    await delay(10)
  }
}
