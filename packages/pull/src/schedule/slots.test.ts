import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UsedSlots } from './slots.ts'

test('what was added is never forgotten, in whatever order and however much of it', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 10), fc.array(fc.nat(500), { maxLength: 300 }), (interval, numbers) => {
      const used = new UsedSlots(interval)
      const added = [...new Set(numbers)].map((number) => number * interval)
      for (const slot of added) if (!used.has(slot)) used.add(slot)
      for (const slot of added) expect(used.has(slot)).toBe(true)
    }),
  )
})

test('a few runs are told apart exactly', () => {
  const used = new UsedSlots(10)
  for (const slot of [100, 110, 120, 500, 510, 50]) used.add(slot)
  expect([40, 50, 60, 90, 100, 120, 130, 490, 500, 510, 520].filter((slot) => used.has(slot))).toEqual([
    50, 100, 120, 500, 510,
  ])
})
