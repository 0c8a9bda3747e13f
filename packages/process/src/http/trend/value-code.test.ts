import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { absent, decodeValue, encodeValue, encodeValues } from './value-code.ts'

describe('a value in 16 bits', () => {
  it('is exact for whole numbers up to 2,048', () => {
    for (let value = 0; value <= 2048; value++) expect(decodeValue(encodeValue(value))).toBe(value)
  })

  it('is at most 0.05 % off up to 2.8e14', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 2.8e14, noNaN: true }), (value) => {
        expect(Math.abs(decodeValue(encodeValue(value)) - value) / value).toBeLessThan(0.0005)
      }),
    )
  })

  it.each([Number.NaN, -1, Number.NEGATIVE_INFINITY])('is absent for %d', (value) => {
    expect(encodeValue(value)).toBe(absent)
    expect(decodeValue(absent)).toBeNaN()
  })

  it('is zero for -0', () => expect(decodeValue(encodeValue(-0))).toBe(0))

  it('is neither infinite nor less for what is larger', () => {
    expect(decodeValue(encodeValue(1e30))).toBeGreaterThan(2.8e14)
    expect(decodeValue(encodeValue(Number.POSITIVE_INFINITY))).toBeLessThan(1e15)
  })

  it('never turns the order of two values round', () => {
    const value = fc.double({ min: 0, max: 1e16, noNaN: true })
    fc.assert(fc.property(value, value, (a, b) => a > b || encodeValue(a) <= encodeValue(b)))
  })

  it('is the same, one by one and many at once', () => {
    const value = fc.oneof(fc.float(), fc.constantFrom(0, -0, Number.NaN, 1, 255))
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), (given) => {
        const values = Float32Array.from(given)
        const codes = new Uint16Array(given.length)
        encodeValues(values, codes, given.length)
        expect([...codes]).toEqual([...values].map(encodeValue))
      }),
    )
  })
})
