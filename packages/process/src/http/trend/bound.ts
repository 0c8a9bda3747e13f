import type { Band } from './band.ts'
import type { Bands } from './collect.ts'
import type { BandKind } from './history-fields.ts'

/** Seconds: all snapshots are kept for an hour, then means of five minutes for a day. */
const fineSpan = 3600
const coarseSpan = 300
export const wholeSpan = 86_400

/** One way to need less room: frames of these kinds that are so old become means of so many seconds. */
interface Squeeze {
  readonly kinds: readonly BandKind[]
  readonly span: number
  /** Seconds behind the newest snapshot. */
  readonly age: number
}

const servers: readonly BandKind[] = ['listener', 'server']
const proxies: readonly BandKind[] = ['frontend', 'backend']
const processes: readonly BandKind[] = ['process', 'daemon']

/** What is given up for the bound, in this order: of servers before proxies, of the past before the last minutes. */
const squeezes: readonly Squeeze[] = [
  { kinds: servers, span: 30, age: 600 },
  { kinds: servers, span: 900, age: fineSpan },
  { kinds: servers, span: 60, age: 0 },
  { kinds: servers, span: 1800, age: fineSpan },
  { kinds: servers, span: 300, age: 900 },
  { kinds: proxies, span: 30, age: 600 },
  { kinds: proxies, span: 900, age: fineSpan },
  { kinds: servers, span: 3600, age: fineSpan },
  { kinds: proxies, span: 60, age: 0 },
  { kinds: proxies, span: 1800, age: fineSpan },
  { kinds: processes, span: 60, age: 600 },
  { kinds: servers, span: 900, age: 0 },
  { kinds: proxies, span: 300, age: 900 },
  { kinds: proxies, span: 3600, age: fineSpan },
]

/** And in the end what is dropped, oldest first. */
const drops: readonly BandKind[] = ['listener', 'server', 'frontend', 'backend', 'process', 'daemon']

/** Of the bound, what rows that are there may take with no past at all, and those that vanished less than a day ago. */
const shareOfRows = 0.5
const shareOfVanished = 0.2

/** Bytes of a row with one frame, at most. */
const costOfRow = ({ fields, peaks }: Band) => 250 + 8 * (fields.length + peaks.length)

/** The kinds of which there is no room for a history at all, the most numerous last: these have none. */
export function tooMany(
  bands: Bands,
  counts: Readonly<Record<BandKind, number>>,
  bound: number,
): ReadonlySet<BandKind> {
  const off = new Set<BandKind>()
  let bytes = 0
  for (const kind of drops.toReversed()) {
    bytes += counts[kind] * costOfRow(bands[kind])
    if (bytes > bound * shareOfRows) off.add(kind)
  }
  return off
}

/** Brings frames to the resolution of their age. */
export function ageFrames(bands: Bands, newest: number): void {
  for (const band of Object.values(bands)) {
    while (band.compact(coarseSpan, newest - fineSpan));
    band.dropBefore(newest - wholeSpan)
  }
}

/** Bytes of all bands. */
export function totalBytes(bands: Bands): number {
  return Object.values(bands).reduce((sum, band) => sum + band.bytes, 0)
}

/**
 * Gives up resolution and then the past until all bands fit.
 *
 * @returns whether they do.
 */
export function squeeze(bands: Bands, newest: number, bound: number): boolean {
  for (const { kinds, span, age } of squeezes) {
    for (const kind of kinds) {
      while (totalBytes(bands) > bound) if (!bands[kind].compact(span, newest - age)) break
    }
    if (totalBytes(bands) <= bound) return true
  }
  for (const kind of drops) {
    while (totalBytes(bands) > bound && bands[kind].frames.length > 1) bands[kind].dropOldest()
  }
  return totalBytes(bands) <= bound
}

/** Rows are forgotten a day after they vanished, or when there are too many of them. */
export function forgetRows(band: Band, newest: number, bound: number): void {
  band.places.forget(newest - wholeSpan)
  band.places.shrink(Math.floor((bound * shareOfVanished) / costOfRow(band)), newest)
}
