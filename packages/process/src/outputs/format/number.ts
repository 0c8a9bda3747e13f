const zero = 0x30
const minus = 0x2d
const dot = 0x2e

/** Whole numbers below are divided as 32-bit integers, which is several times as fast as with doubles. */
const part = 1e9

/**
 * Writes a number as decimal text at `bytes[position…]`: every digit of a whole number, the shortest decimals that give
 * the same double otherwise, never an exponent. The caller has made room for 350 bytes.
 *
 * @returns the position behind it.
 */
export function writeNumber(bytes: Uint8Array, position: number, value: number | bigint): number {
  if (typeof value === 'bigint') return writeText(bytes, position, decimalText(value))
  if (value < 0) {
    bytes[position] = minus
    return writeNumber(bytes, position + 1, -value)
  }
  if (Number.isSafeInteger(value)) return writeWhole(bytes, position, value)
  const thousands = value * 1000
  // Means of two, four or eight processes: as long as there is no other double between two thousandths.
  if (thousands < longestThousands && Number.isInteger(thousands) && thousands / 1000 === value) {
    return writeThousandths(bytes, position, value, thousands)
  }
  return writeText(bytes, position, decimalText(value))
}

const longestThousands = 2 ** 50

/** A number with up to three decimals, of which the last is not 0. */
function writeThousandths(bytes: Uint8Array, position: number, value: number, thousands: number): number {
  const whole = Math.floor(value)
  const point = writeWhole(bytes, position, whole)
  bytes[point] = dot
  let decimals = thousands - whole * 1000
  let digits = 3
  for (; decimals % 10 === 0; digits--) decimals /= 10
  writeDigits(bytes, point + 1, point + 1 + digits, decimals)
  return point + 1 + digits
}

function writeWhole(bytes: Uint8Array, position: number, value: number): number {
  if (value < part) {
    const end = position + digitsOf(value)
    writeDigits(bytes, position, end, value)
    return end
  }
  const high = Math.floor(value / part)
  const middle = writeWhole(bytes, position, high)
  writeDigits(bytes, middle, middle + 9, value - high * part)
  return middle + 9
}

/** Most values are small. */
function digitsOf(value: number): number {
  if (value < 10) return 1
  if (value < 100) return 2
  if (value < 1000) return 3
  if (value < 1e4) return 4
  if (value < 1e6) return value < 1e5 ? 5 : 6
  return value < 1e8 ? (value < 1e7 ? 7 : 8) : 9
}

/** From the last digit to the first, with zeros before it. */
function writeDigits(bytes: Uint8Array, start: number, end: number, value: number): void {
  let rest = value | 0
  for (let index = end - 1; index > start; index--) {
    const quotient = (rest / 10) | 0
    bytes[index] = zero + rest - quotient * 10
    rest = quotient
  }
  bytes[start] = zero + rest
}

function writeText(bytes: Uint8Array, position: number, text: string): number {
  for (let index = 0; index < text.length; index++) bytes[position + index] = text.charCodeAt(index)
  return position + text.length
}

function decimalText(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isInteger(value)) return BigInt(value).toString()
  const text = String(value)
  if (!text.includes('e')) return text
  const [mantissa, exponent] = text.split('e') as [string, string]
  const zeros = '0'.repeat(-Number(exponent) - 1)
  return `${mantissa.startsWith('-') ? '-' : ''}0.${zeros}${mantissa.replace(/[-.]/g, '')}`
}
