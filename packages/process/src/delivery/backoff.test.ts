import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Backoff } from './backoff.ts'

const middle = () => 0.5
const defaults = { retries: 3, interval: 1.8, backoff: 2, delay: 10 }

function waits(backoff: Backoff, count: number): number[] {
  return Array.from({ length: count }, () => Math.round(backoff.failed() * 1000) / 1000)
}

test('repeats with growing waits, then pauses that stay for a while and grow up to six times delay', () => {
  const pauses = [...Array(12).fill(10), 20, 40, 60, 60]
  expect(waits(new Backoff(defaults, middle), 19)).toEqual([1.8, 3.6, 7.2, ...pauses])
})

/** Seconds from one success to the next, of a destination that takes every fourth attempt or so. */
function secondsPerSuccess(): number {
  const backoff = new Backoff(defaults, middle)
  let [seconds, successes] = [0, 0]
  for (let attempt = 0, dice = 1; attempt < 20_000; attempt++) {
    dice = (dice * 48_271) % 2_147_483_647
    if (dice % 4 > 0) seconds += backoff.failed()
    else {
      backoff.succeeded()
      successes++
    }
  }
  return seconds / successes
}

test('a destination that comes and goes every second or so is tried often enough to get on', () => {
  expect(secondsPerSuccess()).toBeLessThan(25)
})

test('retries = 0 pauses at once; retries = -1 never pauses longer than delay', () => {
  expect(waits(new Backoff({ ...defaults, retries: 0 }, middle), 15)).toEqual([...Array(12).fill(10), 20, 40, 60])
  expect(waits(new Backoff({ ...defaults, retries: -1 }, middle), 5)).toEqual([1.8, 3.6, 7.2, 10, 10])
})

test('only a success starts it over', () => {
  const backoff = new Backoff(defaults, middle)
  waits(backoff, 6)
  expect(backoff.failures).toBe(6)
  backoff.succeeded()
  expect(backoff.failures).toBe(0)
  expect(waits(backoff, 1)).toEqual([1.8])
})

test('with the defaults, a destination that is down for an hour is tried at most 200 times', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const backoff = new Backoff(defaults, () => random)
      let attempts = 0
      for (let seconds = 0; seconds < 3600; attempts++) seconds += backoff.failed()
      expect(attempts).toBeLessThanOrEqual(200)
    }),
    { numRuns: 50 },
  )
})
