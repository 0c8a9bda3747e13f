const zero = 0x30
const minus = 0x2d

/**
 * Writes a number as decimal text at `bytes[position…]`: every digit of a whole number, the shortest decimals that give
 * the same double otherwise, never an exponent. The caller has made room for 350 bytes.
 *
 * @returns the position behind it.
 */
export function writeNumber(bytes: Buffer, position: number, value: number | bigint): number {
  if (typeof value === 'bigint' || !Number.isSafeInteger(value)) {
    return position + bytes.write(decimalText(value), position, 'latin1')
  }
  let rest = value
  let at = position
  if (rest < 0) {
    bytes[at++] = minus
    rest = -rest
  }
  let digits = 1
  for (let power = 10; power <= rest; power *= 10) digits++
  for (let index = at + digits - 1; index >= at; index--) {
    const quotient = Math.floor(rest / 10)
    bytes[index] = zero + (rest - quotient * 10)
    rest = quotient
  }
  return at + digits
}

function decimalText(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isInteger(value)) return BigInt(value).toString()
  const text = String(value)
  if (!text.includes('e')) return text
  const [mantissa, exponent] = text.split('e') as [string, string]
  const zeros = '0'.repeat(-Number(exponent) - 1)
  return `${mantissa.startsWith('-') ? '-' : ''}0.${zeros}${mantissa.replace(/[-.]/g, '')}`
}
