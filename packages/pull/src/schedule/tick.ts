import { wait } from '@haproxystats/core'
import { UsedSlots } from './used-slots.ts'

/** Both in milliseconds: the time of day, which may step, and a clock that only runs. */
export interface Instant {
  readonly wall: number
  readonly monotonic: number
}

export type Clock = () => Instant

export const systemClock: Clock = () => ({ wall: Date.now(), monotonic: performance.now() })

/** A slot to be pulled now: its start in seconds since the epoch, and how many before it were missed. */
export interface Tick {
  readonly slot: number
  readonly missed: number
}

/** What a look at the clock says. `behind` is set while a clock that was set back is waited out, in seconds. */
export type Look =
  | ({ readonly due: true } & Tick)
  | { readonly due: false; readonly milliseconds: number; readonly behind?: never }
  | { readonly due: false; readonly milliseconds: number; readonly behind: number; readonly slot: number }

/** A difference between the two clocks that grows by more than this from one look to the next is a step. */
const stepTolerance = 500

/** So many slots in a row must begin without a step until a clock that went back is believed. */
const consistentSlots = 3

/** The clock is looked at this often, so that a step is not slept through. */
const longestSleep = 1000

/**
 * Decides when to pull. Slots are the multiples of `interval` seconds since the epoch. A slot is due once, in its first
 * half; later, and when the clock was just set, it is missed and stays a gap: no burst, no late reading under an early
 * name. Slots grow strictly: when the clock went back, it is waited out, or believed after three slots in a row without another step, and
 * even then no slot is given out twice, nor any that is in `used` already, by an earlier run.
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
    const believed = consistent >= consistentSlots && !used.has(slot)
    if (begins && slot !== last && (!behind || believed)) {
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
 * The slots to pull, as they come; ends when `signal` aborts. `onBehind` hears at every look that a clock which was set
 * back is being waited out, and in which slot; `onLook` of every look, which is one a second except while a slot is pulled.
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
