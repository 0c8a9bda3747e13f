import { wait } from '@haproxystats/core'
import { UsedSlots } from './slots.ts'

/** Both in milliseconds: the time of day, which may step, and a monotonic clock. */
interface Instant {
  readonly wall: number
  readonly monotonic: number
}

export type Clock = () => Instant

export const systemClock: Clock = () => ({ wall: Date.now(), monotonic: performance.now() })

/** A slot to be pulled now, and how many before it were missed. */
export interface Tick {
  readonly slot: number
  readonly missed: number
}

/** The result of reading the clock. `behind`, in seconds, is set while the clock is behind a used slot. */
export type Look =
  | ({ readonly due: true } & Tick)
  | { readonly due: false; readonly milliseconds: number; readonly behind?: never }
  | { readonly due: false; readonly milliseconds: number; readonly behind: number; readonly slot: number }

/** The clock was set when its difference to the monotonic clock changes by more than this between two readings. */
const stepTolerance = 500

/** So many slots in a row must begin without a step until a clock that was set back is trusted. */
const consistentSlots = 3

/** The clock is read this often, so that a step is noticed. */
const longestSleep = 1000

/**
 * Decides when to pull. Slots are the multiples of `interval` seconds since the epoch. A slot is due once, in its first
 * half; later, and when the clock was just set, it is missed and stays a gap: no burst, no late reading under an early
 * name. A clock that was set back is behind until it has passed the newest slot, or has run through three slots without
 * another step. No slot is used twice, nor one of an earlier run.
 */
export function createTicker(interval: number, used = new UsedSlots(interval)): (now: Instant) => Look {
  let highest = used.newest ?? Number.NEGATIVE_INFINITY
  let last = highest
  let seen: number | undefined
  let offset: number | undefined
  let consistent = 0
  let missed = 0

  return ({ wall, monotonic }) => {
    const slot = Math.floor(wall / 1000 / interval) * interval
    const stepped = offset !== undefined && Math.abs(wall - monotonic - offset) > stepTolerance
    offset = wall - monotonic
    const changed = seen !== undefined && slot !== seen
    const begins = changed && !stepped && wall / 1000 - slot < interval / 2
    if (changed) missed += Math.max(0, (slot - seen!) / interval - (begins ? 1 : 0))
    seen = slot
    if (stepped) consistent = 0
    else if (begins) consistent++
    const behind = slot !== last && (slot < last || used.has(slot))
    const trusted = consistent >= consistentSlots && !used.has(slot)
    if (begins && slot !== last && (!behind || trusted)) {
      const tick = { slot, missed }
      used.add(slot)
      last = slot
      highest = Math.max(highest, slot)
      missed = 0
      return { due: true, ...tick }
    }
    const milliseconds = Math.max(1, (slot + interval) * 1000 - wall)
    return behind ? { due: false, milliseconds, behind: highest - slot, slot } : { due: false, milliseconds }
  }
}

/**
 * The slots to pull, when they are due; ends when `signal` aborts. `onBehind` is called at every reading of a clock that is
 * behind, `onLook` at every reading, which is once a second except during a pull.
 */
export async function* ticks(
  interval: number,
  options: {
    used?: UsedSlots
    signal: AbortSignal
    clock: Clock
    onBehind: (seconds: number, slot: number) => void
    onLook?: () => void
  },
): AsyncGenerator<Tick, void, void> {
  const look = createTicker(interval, options.used)
  while (!options.signal.aborted) {
    const found = look(options.clock())
    options.onLook?.()
    if (found.due) yield found
    else {
      if (found.behind !== undefined) options.onBehind(found.behind, found.slot)
      await wait(Math.min(found.milliseconds, longestSleep) / 1000, options.signal)
    }
  }
}
