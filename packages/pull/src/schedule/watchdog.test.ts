import { expect, it } from 'vitest'
import { ticks } from './tick.ts'
import { Watchdog } from './watchdog.ts'

it.each([
  ['as long as a pull may take', 60, 60_000],
  ['ten seconds when the interval is shorter', 1, 10_000],
])('waits %s, whatever the time of day does', (_, interval, limit) => {
  let now = { wall: 1_700_000_000_000, monotonic: 0 }
  const watchdog = new Watchdog(interval, () => now)
  now = { wall: 0, monotonic: limit }
  expect(watchdog.alive).toBe(true)
  now = { wall: 0, monotonic: limit + 1 }
  expect(watchdog.alive).toBe(false)
  watchdog.progress()
  expect(watchdog.alive).toBe(true)
})

it('expires while a pull does not end', async () => {
  let now = { wall: 1_699_999_999_980, monotonic: 0 }
  const pass = (milliseconds: number) => {
    now = { wall: now.wall + milliseconds, monotonic: now.monotonic + milliseconds }
    return now
  }
  const watchdog = new Watchdog(1, () => now)
  const stop = new AbortController()
  const onLook = () => watchdog.progress()
  const slots = ticks(1, { signal: stop.signal, clock: () => pass(10), onBehind: () => undefined, onLook })
  expect((await slots.next()).value).toMatchObject({ slot: 1_700_000_000 })
  expect(watchdog.alive).toBe(true)
  // The pull of this slot has not ended: the clock is not read.
  pass(11_000)
  expect(watchdog.alive).toBe(false)
  const next = slots.next()
  expect(watchdog.alive).toBe(true)
  stop.abort()
  await next
})
