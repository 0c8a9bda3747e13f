import { answerLimits } from '../limits.ts'

const zero = 0x30
const minus = 0x2d
const point = 0x2e

/**
 * The number in `bytes[start…end)`: digits with an optional sign and decimals, as HAProxy prints numbers; NaN for an
 * empty cell, for text and for what is longer than any number. Beyond 2^53 the nearest double: see `readInteger` for every digit.
 */
export function readNumber(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > answerLimits.numberDigits) return Number.NaN
  let position = start
  const negative = bytes[position] === minus
  if (negative) position++
  if (position >= end) return Number.NaN
  let value = 0
  for (; position < end; position++) {
    const digit = (bytes[position] as number) - zero
    if (digit < 0 || digit > 9) return readDecimals(bytes, start, position, end)
    value = value * 10 + digit
  }
  if (value > Number.MAX_SAFE_INTEGER) return Number(latin1Text(bytes, start, end))
  return negative ? -value : value
}

function readDecimals(bytes: Uint8Array, start: number, position: number, end: number): number {
  if (bytes[position] !== point) return Number.NaN
  const text = latin1Text(bytes, start, end)
  return /^-?[0-9]+\.[0-9]+$/.test(text) ? Number(text) : Number.NaN
}

/** Every digit of a whole number, for values beyond 2^53; `undefined` when it is not a whole number. */
export function readInteger(bytes: Uint8Array, start: number, end: number): bigint | undefined {
  if (end - start > answerLimits.numberDigits) return undefined
  const text = latin1Text(bytes, start, end)
  return /^-?[0-9]+$/.test(text) ? BigInt(text) : undefined
}

/** `bytes[start…end)` as text, a byte a character. */
export function latin1Text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}
