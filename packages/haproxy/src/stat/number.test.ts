import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInteger, readNumber } from './number.ts'

/** Reads a text that stands in the middle of others, as cells do. */
const between = <T>(read: (bytes: Uint8Array, start: number, end: number) => T, text: string): T => {
  const bytes = Buffer.from(`7${text}7`, 'latin1')
  return read(bytes, 1, bytes.length - 1)
}

describe('readNumber', () => {
  it.each([
    ['0', 0],
    ['007', 7],
    ['-1', -1],
    ['-0', -0],
    ['2.534', 2.534],
    ['-0.5', -0.5],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740992],
    ['-9007199254740993', -9007199254740992],
    ['18446744073709551613', 2 ** 64],
  ])('reads %s', (text, value) => expect(between(readNumber, text)).toBe(value))

  it.each(['', '-', '.', '1.', '.5', '-.5', '1.5.2', '--1', '+1', '1e5', '0x8', ' 1', '1 ', '1,5', 'NaN', 'Infinity'])(
    'takes "%s" for no number',
    (text) => expect(between(readNumber, text)).toBeNaN(),
  )

  it('reads digits beyond 2^53 and decimals as JavaScript does', () => {
    const digits = fc.stringMatching(/^-?[0-9]{1,25}(\.[0-9]{1,10})?$/)
    fc.assert(fc.property(digits, (text) => Object.is(between(readNumber, text), Number(text))))
  })

  it('finds a number only in what looks like one', () => {
    const bytes = fc.uint8Array({ maxLength: 8 }).map((given) => Buffer.from(given).toString('latin1'))
    const letters = fc.string({ unit: fc.constantFrom('-', '.', '0', '9', 'e', 'x', ' '), maxLength: 6 })
    fc.assert(
      fc.property(fc.oneof(bytes, letters), (text) => {
        expect(Number.isNaN(between(readNumber, text))).toBe(!/^-?[0-9]+(\.[0-9]+)?$/.test(text))
      }),
      { numRuns: 500 },
    )
  })
})

describe('readInteger', () => {
  it('keeps every digit', () => {
    const wide = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n })
    fc.assert(fc.property(wide, (value) => between(readInteger, String(value)) === value))
  })

  it.each(['', '-', '1.5', '0x8', '1e5', ' 1', 'a'])('takes "%s" for no whole number', (text) => {
    expect(between(readInteger, text)).toBeUndefined()
  })
})
