import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Texts } from './texts.ts'

describe('Texts', () => {
  it('keeps each text once, by a number of its own', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 200 }), (given) => {
        const texts = new Texts()
        const numbers = given.map((text) => {
          const bytes = Buffer.from(`,,${text},`)
          return texts.between(bytes, 2, bytes.length - 1)
        })
        expect(numbers.map((number) => texts.text(number))).toEqual(given)
        expect(new Set(numbers).size).toBe(new Set(given).size)
      }),
      { numRuns: 50 },
    )
  })

  it('knows thousands again, read either way', () => {
    const texts = new Texts()
    const words = Array.from({ length: 20_000 }, (_, index) => Buffer.from(`10.0.${index >> 8}.${index & 255}:80,`))
    const first = words.map((bytes) => texts.upToComma(bytes, 0))
    const again = words.map((bytes) => texts.between(bytes, 0, bytes.length - 1))
    expect(again).toEqual(first)
    expect(new Set(first).size).toBe(words.length)
    expect(texts.size).toBe(words.length + 1)
  })

  it('joins different ones', () => {
    const texts = new Texts()
    const [tcp, quic] = ['tcpv4', 'quic4'].map((word) => texts.between(Buffer.from(word), 0, word.length)) as [
      number,
      number,
    ]
    const both = texts.joined(tcp, quic)
    expect(texts.text(both)).toBe('tcpv4 / quic4')
    expect(texts.joined(both, quic)).toBe(both)
    expect(texts.joined(both, tcp)).toBe(both)
  })
})
