import { absent, decodeValue, encodeValues } from './value-code.ts'

/**
 * Values of one moment, or the means of a span of time: columns of one value a place, packed each as it takes least
 * room. Most are the same for nearly all rows (0 errors, `UP`), so a column is one value and the few that differ, or a
 * byte a row, or two.
 */
export interface Frame {
  /** Seconds since the epoch; where its span begins. */
  readonly time: number
  /** Seconds; 0 for one snapshot. */
  readonly span: number
  /** How many snapshots it is made of. */
  readonly count: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What a frame costs beside its bytes, as V8 keeps them. */
const overhead = 320

export const frameBytes = (frame: Frame): number => frame.bytes.length + overhead

/** How a column is written; the number is the first byte of it. */
const oneValue = 0
const few = 1
const bytes8 = 2
const words16 = 3

const byteAbsent = 0xff
/** Places are written in two bytes where they fit. */
const narrow = 65_536

/** Behind the number of columns and of places: where each column begins. */
const headSize = (columns: number) => 8 + 4 * columns

let codes = new Uint16Array(1024)
let scratch = new Uint8Array(64 * 1024)

/** Packs columns of `places` values each, which begin `stride` values apart; NaN is absent. */
export function packColumns(
  values: Float32Array,
  columns: number,
  places: number,
  stride = places,
): Uint8Array<ArrayBuffer> {
  const most = headSize(columns) + columns * (8 + 2 * places)
  if (scratch.length < most) scratch = new Uint8Array(most)
  if (codes.length < places) codes = new Uint16Array(places)
  write32(0, columns)
  write32(4, places)
  let end = headSize(columns)
  for (let column = 0; column < columns; column++) {
    write32(8 + 4 * column, end)
    encodeValues(values.subarray(column * stride, column * stride + places), codes, places)
    end = packColumn(end, places)
  }
  return scratch.slice(0, end)
}

function packColumn(start: number, places: number): number {
  const usual = usualCode(places)
  let others = 0
  let isSmall = true
  for (let place = 0; place < places; place++) {
    const code = codes[place] as number
    if (code !== usual) others++
    if (smallOfCode[code] === notSmall) isSmall = false
  }
  const pair = places <= narrow ? 4 : 6
  if (others === 0) {
    scratch[start] = oneValue
    return write16(start + 1, usual)
  }
  if (others * pair + 6 < places * (isSmall ? 1 : 2)) return packFew(start, places, usual, others)
  let end = start + 1
  scratch[start] = isSmall ? bytes8 : words16
  if (isSmall)
    for (let place = 0; place < places; place++) scratch[end++] = smallOfCode[codes[place] as number] as number
  else for (let place = 0; place < places; place++) end = write16(end, codes[place] as number)
  return end
}

/** Places and then codes of those that differ, each in ascending order of places. */
function packFew(start: number, places: number, usual: number, others: number): number {
  scratch[start] = few
  write16(start + 1, usual)
  write32(start + 3, others)
  let position = start + 7
  for (let place = 0; place < places; place++) {
    if (codes[place] === usual) continue
    if (places <= narrow) position = write16(position, place)
    else position = write32(position, place)
  }
  for (let place = 0; place < places; place++) {
    if (codes[place] !== usual) position = write16(position, codes[place] as number)
  }
  return position
}

/** The code that most have, if one of these has most: absent, zero, or what some in the middle have. */
function usualCode(places: number): number {
  const candidates = [absent, 0, codes[0] as number, codes[places >> 1] as number, codes[places - 1] as number]
  const counts = [0, 0, 0, 0, 0]
  const step = Math.max(1, places >> 8)
  for (let place = 0; place < places; place += step) {
    const found = candidates.indexOf(codes[place] as number)
    if (found >= 0) (counts[found] as number)++
  }
  return candidates[counts.indexOf(Math.max(...counts))] as number
}

/** Codes of the whole numbers from 0 to 254, and of absent, in one byte. */
const notSmall = 0x100
const smallOfCode = new Uint16Array(65_536).fill(notSmall)
const valueOfSmall = new Float32Array(256)
for (let code = 0; code < absent; code++) {
  const value = decodeValue(code)
  if (!Number.isInteger(value) || value >= byteAbsent) continue
  smallOfCode[code] = value
  valueOfSmall[value] = value
}
smallOfCode[absent] = byteAbsent
valueOfSmall[byteAbsent] = Number.NaN

/** Fills `into` with a column; what has no place or no column in the frame is NaN. */
export function unpackColumn({ bytes }: Frame, column: number, into: Float32Array): void {
  const places = Math.min(read32(bytes, 4), into.length)
  if (places < into.length || column >= read32(bytes, 0)) into.fill(Number.NaN)
  if (column >= read32(bytes, 0)) return
  const start = read32(bytes, 8 + 4 * column)
  const way = bytes[start]
  if (way === bytes8) {
    for (let place = 0; place < places; place++)
      into[place] = valueOfSmall[bytes[start + 1 + place] as number] as number
  } else if (way === words16) {
    for (let place = 0, at = start + 1; place < places; place++, at += 2) into[place] = decodeValue(read16(bytes, at))
  } else {
    into.fill(decodeValue(read16(bytes, start + 1)), 0, places)
    if (way === few) unpackFew(bytes, start, into)
  }
}

function unpackFew(bytes: Uint8Array, start: number, into: Float32Array): void {
  const others = read32(bytes, start + 3)
  const width = read32(bytes, 4) <= narrow ? 2 : 4
  for (let index = 0, at = start + 7; index < others; index++, at += width) {
    const place = width === 2 ? read16(bytes, at) : read32(bytes, at)
    if (place < into.length) into[place] = decodeValue(read16(bytes, start + 7 + others * width + 2 * index))
  }
}

/** One value of a frame; NaN where it has none. */
export function valueAt({ bytes }: Frame, column: number, place: number): number {
  const places = read32(bytes, 4)
  if (column >= read32(bytes, 0) || place >= places) return Number.NaN
  const start = read32(bytes, 8 + 4 * column)
  const way = bytes[start]
  if (way === bytes8) return valueOfSmall[bytes[start + 1 + place] as number] as number
  if (way === words16) return decodeValue(read16(bytes, start + 1 + 2 * place))
  const found = way === few ? searchFew(bytes, start, place) : undefined
  return decodeValue(found ?? read16(bytes, start + 1))
}

function searchFew(bytes: Uint8Array, start: number, place: number): number | undefined {
  const others = read32(bytes, start + 3)
  const width = read32(bytes, 4) <= narrow ? 2 : 4
  const places = start + 7
  for (let low = 0, high = others - 1; low <= high; ) {
    const middle = (low + high) >> 1
    const found = width === 2 ? read16(bytes, places + 2 * middle) : read32(bytes, places + 4 * middle)
    if (found === place) return read16(bytes, places + others * width + 2 * middle)
    if (found < place) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

/** Whether bytes from a file are a frame of so many columns, so that reading them stays within them. */
export function isFrame(bytes: Uint8Array, columns: number): boolean {
  if (bytes.length < headSize(columns) || read32(bytes, 0) !== columns) return false
  const places = read32(bytes, 4)
  for (let column = 0; column < columns; column++) {
    const start = read32(bytes, 8 + 4 * column)
    const left = bytes.length - start
    if (start < headSize(columns) || left < 3) return false
    const way = bytes[start]
    if (way === few && (left < 7 || left < 7 + read32(bytes, start + 3) * (places <= narrow ? 4 : 6))) return false
    if ((way === bytes8 && left < 1 + places) || (way === words16 && left < 1 + 2 * places)) return false
    if (way === undefined || way > words16) return false
  }
  return true
}

export const placesOf = ({ bytes }: Frame): number => read32(bytes, 4)

function write16(at: number, value: number): number {
  scratch[at] = value
  scratch[at + 1] = value >>> 8
  return at + 2
}

function write32(at: number, value: number): number {
  write16(at, value)
  return write16(at + 2, value >>> 16)
}

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
}

function read32(bytes: Uint8Array, at: number): number {
  return (read16(bytes, at) | (read16(bytes, at + 2) << 16)) >>> 0
}
