import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Blocks } from './blocks.ts'

it('hold what was added, in order, whatever the sizes, in memory that is used again', () => {
  const pieces = fc.array(fc.nat({ max: 40_000 }), { maxLength: 8 })
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 4 }), (rounds) => {
      for (const sizes of rounds) {
        const blocks = new Blocks()
        const added = sizes.map((size, index) => Buffer.alloc(size, index + 1))
        // One piece of memory for all, as the kernel's reads have.
        const memory = Buffer.alloc(40_000)
        for (const bytes of added) {
          bytes.copy(memory)
          blocks.add(memory.subarray(0, bytes.length))
        }
        const taken = blocks.take()
        expect(Buffer.concat(taken).equals(Buffer.concat(added))).toBe(true)
        expect(blocks.isEmpty).toBe(true)
        expect(blocks.take()).toEqual([])
        Blocks.free(taken)
      }
    }),
  )
})

it('are crowded as long as all together hold 2 MB', () => {
  const [one, other] = [new Blocks(), new Blocks()]
  const held = Buffer.alloc(1024 * 1024)
  one.add(held)
  expect(Blocks.crowded).toBe(false)
  other.add(held)
  expect(Blocks.crowded).toBe(true)
  Blocks.free(one.take())
  expect(Blocks.crowded).toBe(false)
  Blocks.free(other.take())
})
