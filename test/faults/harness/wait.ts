import { setTimeout as delay } from 'node:timers/promises'
import { until as lookUntil } from '../../support/until.ts'

/** Lets time pass, in milliseconds. */
export const pause = (milliseconds: number): Promise<void> => delay(milliseconds)

/** As that of the other tests, with a limit that a machine under the load of several rows does not reach by itself. */
export const until = <T>(what: string, look: () => T | Promise<T>, seconds = 60): ReturnType<typeof lookUntil<T>> =>
  lookUntil(what, look, seconds)
