import { expect, it } from 'vitest'
import { ticks } from './tick.ts'
import { Watchdog } from './watchdog.ts'

it('lasts as long as a pull may take, whatever the time of day does', () => {
  let now = { wall: 1_700_000_000_000, monotonic: 0 }
  const liveness = new Watchdog(60, () => now)
  now = { wall: 0, monotonic: 60_000 }
  expect(liveness.alive).toBe(true)
  now = { wall: 0, monotonic: 60_001 }
  expect(liveness.alive).toBe(false)
  liveness.progress()
  expect(liveness.alive).toBe(true)
})

it('allows a pull ten seconds where the interval is shorter', () => {
  let monotonic = 0
  const liveness = new Watchdog(1, () => ({ wall: 0, monotonic }))
  monotonic = 10_000
  expect(liveness.alive).toBe(true)
  monotonic = 10_001
  expect(liveness.alive).toBe(false)
})

it('ends while a pull does not', async () => {
  let now = { wall: 1_699_999_999_980, monotonic: 0 }
  const clock = () => {
    now = { wall: now.wall + 10, monotonic: now.monotonic + 10 }
    return now
  }
  const liveness = new Watchdog(1, () => now)
  const stop = new AbortController()
  const onLook = () => liveness.progress()
  const slots = ticks(1, { signal: stop.signal, clock, onBehind: () => undefined, onLook })
  expect((await slots.next()).value).toMatchObject({ slot: 1_700_000_000 })
  expect(liveness.alive).toBe(true)
  // The pull of this slot is not through yet: nobody looks at the clock.
  now = { wall: now.wall + 11_000, monotonic: now.monotonic + 11_000 }
  expect(liveness.alive).toBe(false)
  const next = slots.next()
  expect(liveness.alive).toBe(true)
  stop.abort()
  await next
})
