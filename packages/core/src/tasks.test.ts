import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atMost } from './tasks.ts'

test('never more than the limit run, all of them run, in order, whether they fail or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean(), { maxLength: 20 }),
      async (limit, fails) => {
        const lane = atMost(limit)
        const started: number[] = []
        let running = 0
        const tasks = fails.map((fail, index) =>
          lane(async () => {
            started.push(index)
            expect(++running).toBeLessThanOrEqual(limit)
            await new Promise((resolve) => setImmediate(resolve))
            running--
            if (fail) throw new Error('as told')
          }),
        )
        const results = await Promise.allSettled(tasks)
        expect(results.map(({ status }) => status === 'rejected')).toEqual(fails)
        expect(started).toEqual(fails.map((_, index) => index))
        expect(running).toBe(0)
      },
    ),
    { numRuns: 50 },
  )
})
