import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Commas } from './commas.ts'

const text = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(',', 'a', ',,,,', '1', '\xac', '-', '+') },
      fc.constantFrom('"', '\n'),
    ),
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'))

it('counts up to a line feed or a quote, wherever the bytes lie in memory', () => {
  fc.assert(
    fc.property(text, fc.nat({ max: 3 }), fc.nat({ max: 6 }), (bytes, by, from) => {
      // Around them what must not be seen.
      const memory = Buffer.alloc(bytes.length + by + 6, ',')
      bytes.copy(memory, by)
      const start = Math.min(from, bytes.length)
      const commas = new Commas(memory.subarray(by, by + bytes.length))
      const rest = bytes.toString('latin1', start)
      const stretch = /^[^\n"]*/.exec(rest)![0]
      expect(commas.countFrom(start)).toBe(start + stretch.length)
      expect(commas.count).toBe(stretch.split(',').length - 1)
    }),
    {
      numRuns: 500,
      examples: [
        [Buffer.from(',,,,,,,"'), 1, 0],
        [Buffer.from('\n'), 0, 0],
        [Buffer.alloc(0), 3, 0],
      ],
    },
  )
})
