import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { replaceFile } from '@haproxystats/core'
import { Band } from './band.ts'
import { type Frame, isFrame, placesOf } from './frame.ts'
import { type BandKind, bandKinds, kindOfKey } from './history-fields.ts'

/**
 * The file: the magic word, the version, pieces of a length and bytes each, a length of `last`, and a CRC-32 of it all.
 * The first piece of a band is JSON, the others are its frames. Numbers are little-endian.
 */
const magic = 'HAPSHIST'
const version = 1
const last = 0xffff_ffff

/** Written at once, in bytes: a millisecond or so, between which the thread does what else it has to. */
const portion = 1024 ** 2

/** No history of any bound is larger. */
const largest = 4 * 1024 ** 3
const mostPlaces = 10_000_000

/** What the file says of a band beside its frames. */
interface BandText {
  readonly kind: BandKind
  readonly fields: readonly string[]
  readonly places: number
  /** Place, key, since, seen and floor of each row. */
  readonly rows: readonly (readonly [number, string, number, number, number])[]
  /** Time, span and count of each frame. */
  readonly frames: readonly (readonly [number, number, number])[]
}

/** Fields and those with peaks: what the columns of frames mean. */
const meaningOf = ({ fields, peaks }: Band) => [
  ...fields.map(({ name, unit }) => `${name} ${unit}`),
  ...peaks.map((field) => `${fields[field]?.name} peak`),
]

/** Pieces of the file of these bands, as they are now: what changes while they are written has no part in it. */
function piecesOf(bands: readonly Band[]): (() => Uint8Array)[] {
  return bands.flatMap((band) => {
    const { kind, places, frames } = band
    const rows = places.entries()
    const text: BandText = {
      kind,
      fields: meaningOf(band),
      places: places.length,
      rows,
      frames: frames.map(({ time, span, count }) => [time, span, count] as const),
    }
    return [
      () => Buffer.from(JSON.stringify(text)),
      ...frames.map(
        ({ bytes }) =>
          () =>
            bytes,
      ),
    ]
  })
}

/** Writes what bands hold, so that a reader sees all of it or what was there before. @throws errors of the system. */
export async function writeHistory(path: string, bands: readonly Band[]): Promise<void> {
  await replaceFile(path, portionsOf(piecesOf(bands)), { sync: true })
}

/** The bytes of the file, in portions. */
function* portionsOf(pieces: readonly (() => Uint8Array)[]): Generator<Uint8Array> {
  let checksum = 0
  let waiting: Uint8Array[] = [Buffer.from(magic), number32(version)]
  let size = 0
  const take = () => {
    const bytes = Buffer.concat(waiting)
    checksum = crc32(bytes, checksum)
    waiting = []
    size = 0
    return bytes
  }
  for (const piece of pieces) {
    const bytes = piece()
    waiting.push(number32(bytes.length), bytes)
    size += bytes.length
    if (size >= portion) yield take()
  }
  waiting.push(number32(last))
  yield take()
  yield number32(checksum)
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/**
 * The bands of a file, those that mean today what they meant then.
 *
 * @returns `undefined` when there is no file; what is wrong with it when it cannot be used.
 */
export function readHistory(path: string): readonly Band[] | { readonly trouble: string } | undefined {
  try {
    const bytes = readWhole(path)
    return 'trouble' in bytes ? bytes : parseHistory(bytes)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : { trouble: code === 'ELOOP' ? 'it is a link' : message }
  }
}

/** Follows no link and waits on no FIFO. */
function readWhole(path: string): Buffer | { readonly trouble: string } {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) return { trouble: 'it is not a regular file' }
    if (stats.uid !== process.geteuid?.()) return { trouble: `it belongs to another user (uid ${stats.uid})` }
    if (stats.size > largest) return { trouble: `it is too large (${stats.size} bytes)` }
    const bytes = Buffer.alloc(stats.size)
    let length = 0
    while (length < bytes.length) {
      const read = readSync(descriptor, bytes, length, Math.min(bytes.length - length, 2 ** 30), null)
      if (read === 0) break
      length += read
    }
    return bytes.subarray(0, length)
  } finally {
    closeSync(descriptor)
  }
}

/** Bytes of a file; see `readHistory`. */
export function parseHistory(bytes: Buffer): readonly Band[] | { readonly trouble: string } {
  const head = magic.length + 4
  if (bytes.length < head + 8 || bytes.toString('latin1', 0, magic.length) !== magic) {
    return { trouble: 'it is not a history of haproxystats' }
  }
  const found = bytes.readUInt32LE(magic.length)
  if (found !== version) return { trouble: `it is of version ${found}, expected ${version}` }
  if (crc32(bytes.subarray(0, -4)) !== bytes.readUInt32LE(bytes.length - 4)) {
    return { trouble: 'it is damaged: its checksum is another' }
  }
  const pieces = splitPieces(bytes, head)
  const bands: Band[] = []
  while (pieces !== undefined && pieces.length > 0) {
    const band = takeBand(pieces)
    if (band === undefined) return { trouble: 'it is damaged' }
    if (band !== 'of old') bands.push(band)
  }
  return pieces === undefined ? { trouble: 'it is damaged' } : bands
}

function splitPieces(bytes: Buffer, start: number): Buffer[] | undefined {
  const pieces: Buffer[] = []
  for (let at = start; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    if (length === last) return at + 8 === bytes.length ? pieces : undefined
    if (at + 4 + length > bytes.length) return undefined
    pieces.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return undefined
}

/** Takes the pieces of one band. */
function takeBand(pieces: Buffer[]): Band | 'of old' | undefined {
  const text = bandText(pieces.shift())
  if (text === undefined || pieces.length < text.frames.length) return undefined
  const parts = pieces.splice(0, text.frames.length)
  const band = new Band(text.kind)
  if (meaningOf(band).join() !== text.fields.join()) return 'of old'
  for (const [place, key, since, seen, floor] of text.rows) band.places.put(place, key, { since, seen, floor })
  band.places.reserve(text.places)
  for (const [index, [time, span, count]] of text.frames.entries()) {
    // A copy: otherwise one frame that is left would keep the memory of the whole file.
    const frame: Frame = { time, span, count, bytes: Uint8Array.from(parts[index] as Buffer) }
    const columns = band.fields.length + (span === 0 ? 0 : band.peaks.length)
    if (!isFrame(frame.bytes, columns) || placesOf(frame) > text.places) return undefined
    band.insert(frame)
  }
  return band
}

function bandText(piece: Buffer | undefined): BandText | undefined {
  if (piece === undefined) return undefined
  let text: BandText
  try {
    text = JSON.parse(piece.toString('utf8'))
  } catch {
    return undefined
  }
  return isBandText(text) ? text : undefined
}

function isBandText(text: BandText | null): text is BandText {
  if (typeof text !== 'object' || text === null || !bandKinds.includes(text.kind)) return false
  if (!Array.isArray(text.fields) || !Array.isArray(text.rows) || !Array.isArray(text.frames)) return false
  if (!(isCount(text.places) && text.places <= mostPlaces)) return false
  let before = -1
  const areRows = text.rows.every(([place, key, ...times]) => {
    const isNext = isCount(place) && place > before && place < text.places
    before = place
    return isNext && kindOfKey(String(key)) === text.kind && times.length === 3 && times.every(isCount)
  })
  return areRows && text.frames.every((numbers) => numbers.length === 3 && numbers.every(isCount))
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
