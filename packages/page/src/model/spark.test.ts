import { expect, it } from 'vitest'
import { batches, sparkPath } from './spark.ts'

it('a line begins at the bottom, reaches the top and breaks where nothing is known', () => {
  expect(sparkPath([0, 10, null, 5], 90, 20)).toBe('M0.0 19.0L0.0 19.0L30.0 1.0M90.0 10.0L90.0 10.0')
  expect(sparkPath([0, 0], 10, 20)).toBe('M0.0 19.0L0.0 19.0L10.0 19.0')
  expect(sparkPath([], 10, 20)).toBe('')
})

it('no URL is longer than servers accept', () => {
  const keys = Array.from({ length: 500 }, (_, index) => `s:${'ü'.repeat(index % 40)}/server${index}`)
  const groups = batches(keys)
  expect(groups.flat()).toEqual(keys)
  for (const group of groups) {
    expect(new URLSearchParams(group.map((key) => ['key', key])).toString().length).toBeLessThan(4_000)
  }
  expect(batches(['s:'.padEnd(9_000, 'x')])).toHaveLength(1)
})
