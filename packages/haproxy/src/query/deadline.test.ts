import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startTimeout } from './deadline.ts'

/** Keeps the program busy for so many seconds. */
function toil(seconds: number): void {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end);
}

/** Resolves with the time it took, in seconds, as the event loop saw it. */
function expired(timeout: Parameters<typeof startTimeout>[0]): Promise<{ idle: number; all: number }> {
  const begun = performance.eventLoopUtilization()
  return new Promise((resolve) => {
    startTimeout(timeout, () => {
      const { idle, active } = performance.eventLoopUtilization(begun)
      resolve({ idle: idle / 1000, all: (idle + active) / 1000 })
    })
  })
}

test('does not count the time in which the program was busy', async () => {
  const given = expired({ seconds: 0.1 })
  toil(0.3)
  const { idle, all } = await given
  expect(idle).toBeGreaterThan(0.095)
  expect(all).toBeGreaterThan(0.39)
})

test('ends although the program is busy all the time', async () => {
  let over = false
  const given = expired({ seconds: 0.2, most: 0.3 }).finally(() => {
    over = true
  })
  for (let rounds = 0; rounds < 500 && !over; rounds++) {
    toil(0.01)
    await turn()
  }
  expect((await given).idle).toBeLessThan(0.2)
})

test('never gives up when it was ended', async () => {
  let given = false
  const end = startTimeout({ seconds: 0.001 }, () => {
    given = true
  })
  toil(0.01)
  end()
  await expired({ seconds: 0.02 })
  expect(given).toBe(false)
})
