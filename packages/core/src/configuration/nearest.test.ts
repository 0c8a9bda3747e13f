import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, nearest } from './nearest.ts'

describe('nearest', () => {
  const options = ['pull-timeout', 'pull-interval', 'timeout', 'interval', 'workers', 'dir']

  it.each([
    ['pull-intervall', 'pull-interval'],
    ['pull_interval', 'pull-interval'],
    ['Workers', 'workers'],
    ['wrokers', 'workers'],
    ['timout', 'timeout'],
    ['dri', 'dir'],
    ['queue-size', undefined],
    ['xyz', undefined],
    ['', undefined],
  ])('%s is meant for %s', (word, candidate) => {
    expect(nearest(word, options)).toBe(candidate)
  })
})

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['abc', 'abd', 1],
    ['abc', 'acb', 1],
    ['kitten', 'sitting', 3],
  ])('from %s to %s is %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance)
  })

  it('is the same both ways, and zero only for equal words', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b) === 0).toBe(a === b)
      }),
    )
  })
})
