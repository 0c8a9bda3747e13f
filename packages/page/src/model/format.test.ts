import { describe, expect, it } from 'vitest'
import { absent, bytes, count, duration, exact, milliseconds, moment, percent, plural, rate } from './format.ts'

describe('numbers', () => {
  it.each([
    [count, 0, '0'],
    [count, 9999, '9999'],
    [count, 9999.6, '10.0k'],
    [count, 12_345, '12.3k'],
    [count, 999_600, '1.00M'],
    [count, 1e15, '1.00P'],
    [count, -20_000, '-20.0k'],
    [rate, 0, '0'],
    [rate, 0.01, '<0.1'],
    [rate, 0.26, '0.3'],
    [rate, 9.96, '10'],
    [rate, 12_345, '12.3k'],
    [bytes, 999, '999'],
    [bytes, 1000, '1.00k'],
    [bytes, 12_345_678, '12.3M'],
    [milliseconds, 12, '12'],
    [milliseconds, 9999.6, '10.0s'],
    [milliseconds, 120_000, '2m'],
    [percent, 0, '0 %'],
    [percent, 0.4, '<1 %'],
    [percent, 99.5, '100 %'],
    [exact, 1_234_567.5, '1,234,567.5'],
  ])('%o of %d is %s', (format, value, text) => {
    expect(format(value)).toBe(text)
  })

  it.each([count, rate, bytes, milliseconds, percent, exact, duration])(
    '%o shows what is absent as a dash',
    (format) => {
      for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) expect(format(value)).toBe(absent)
    },
  )

  it('never grow wider than a column', () => {
    for (let power = 0; power < 18; power++) {
      for (const digits of [1, 1.2345, 9.4999, 9.9949, 9.996]) {
        const value = digits * 10 ** power
        for (const format of [count, rate, bytes]) expect(format(value).length, String(value)).toBeLessThanOrEqual(5)
      }
    }
  })
})

describe('times', () => {
  it.each([
    [0, '0s'],
    [59.9, '59s'],
    [60, '1m'],
    [125, '2m5s'],
    [3600, '1h'],
    [12_000, '3h20m'],
    [90_000, '1d1h'],
    [900_000, '10d'],
    [-3, '0s'],
  ])('%d s are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })

  it('have a date only when they are older than a day', () => {
    const now = Date.UTC(2024, 4, 3, 12) / 1000
    expect(moment(now - 60, now)).toMatch(/^\d\d:\d\d$/)
    expect(moment(now - 90_000, now)).toMatch(/^\D+ ?\d+|^\d+ \D+/)
  })
})

it('nouns have plurals', () => {
  expect([plural(1, 'process'), plural(2, 'process'), plural(1200, 'row')]).toEqual([
    '1 process',
    '2 processes',
    '1,200 rows',
  ])
})
