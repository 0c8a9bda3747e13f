/**
 * Values in 16 bits: six of exponent and ten of mantissa. Whole numbers up to 2,048 are exact, everything else is at
 * most 0.05 % off, which no chart can show; largest 2.8e14, least above zero 6e-5. Everything that is kept is at least
 * zero.
 */
export const absent = 0xffff

const largest = absent - 1
/** The exponents of float32 that are not used, in the place of the mantissa's next bit. */
const below = (127 - 15) << 10

/** Without the sign of -0. */
const unsigned = 0x7fffffff

const one = new Float32Array(1)
const bits = new Uint32Array(one.buffer)

const decoded = new Float32Array(65_536)
for (let code = 0; code < decoded.length; code++) {
  bits[0] = (code + below) << 13
  decoded[code] = code === 0 ? 0 : code === absent ? Number.NaN : (one[0] as number)
}

/** What is no number, or less than nothing, is absent. */
export function encodeValue(value: number): number {
  if (!(value >= 0)) return absent
  one[0] = value
  const code = ((((bits[0] as number) & unsigned) + 0x1000) >>> 13) - below
  return code <= 0 ? 0 : Math.min(code, largest)
}

export function decodeValue(code: number): number {
  return decoded[code] as number
}

/** `encodeValue` for the first `length` of many. */
export function encodeValues(values: Float32Array, codes: Uint16Array, length: number): void {
  const raw = new Uint32Array(values.buffer, values.byteOffset, length)
  for (let index = 0; index < length; index++) {
    if ((values[index] as number) >= 0) {
      const code = ((((raw[index] as number) & unsigned) + 0x1000) >>> 13) - below
      codes[index] = code <= 0 ? 0 : Math.min(code, largest)
    } else codes[index] = absent
  }
}
