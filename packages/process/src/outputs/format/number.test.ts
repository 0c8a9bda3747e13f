import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeNumber } from './number.ts'

/** What is written for a number; nothing before or behind it is touched. */
function written(value: number | bigint): string {
  const bytes = Buffer.alloc(360, '#')
  const end = writeNumber(bytes, 2, value)
  expect(bytes.toString('latin1', 0, 2)).toBe('##')
  expect(bytes.toString('latin1', end)).toBe('#'.repeat(360 - end))
  return bytes.toString('latin1', 2, end)
}

const decimal = /^-?[0-9]+(\.[0-9]+)?$/

describe('writeNumber', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [7, '7'],
    [10, '10'],
    [-10, '-10'],
    [999, '999'],
    [1000, '1000'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [Number.MIN_SAFE_INTEGER, '-9007199254740991'],
    [2 ** 53, '9007199254740992'],
    [2 ** 60, '1152921504606846976'],
    [1e21, '1000000000000000000000'],
    [-1e21, '-1000000000000000000000'],
    [0.1, '0.1'],
    [-2.534, '-2.534'],
    [0.000001, '0.000001'],
    [1e-7, '0.0000001'],
    [-1.25e-9, '-0.00000000125'],
    [Math.SQRT2, '1.4142135623730951'],
    [18446744073709551615n, '18446744073709551615'],
    [-36893488147419103230n, '-36893488147419103230'],
  ])('writes %s', (value, text) => expect(written(value)).toBe(text))

  it.each([Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, Number.EPSILON])(
    'has room for %s',
    (value) => {
      expect(written(value)).toMatch(decimal)
      expect(Number(written(value))).toBe(value)
    },
  )

  it('writes every number so that it reads back the same, without an exponent', () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger())
    fc.assert(
      fc.property(number, (value) => {
        const text = written(value)
        expect(text).toMatch(decimal)
        expect(Number(text)).toBe(value === 0 ? 0 : value)
      }),
      { numRuns: 1000 },
    )
  })

  it('writes every digit of big integers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (value) => BigInt(written(value)) === value),
    )
  })
})
