import { setTimeout as delay } from 'node:timers/promises'

/** Lets time pass, in milliseconds. */
export const pause = (milliseconds: number): Promise<void> => delay(milliseconds)

/** Looks until `look` returns something other than `undefined` and `false`, and returns that; throws after `seconds`. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  seconds = 60,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for: ${what}`)
    await delay(10)
  }
}
