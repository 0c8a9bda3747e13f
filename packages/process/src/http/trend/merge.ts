import { type Frame, packColumns, unpackColumn } from './frame.ts'
import type { HistoryField } from './history-fields.ts'

let column = new Float32Array(0)
let sums = new Float64Array(0)
let weights = new Float32Array(0)

/**
 * One frame's bytes of several: means over all snapshots that have a value, of states the worst; behind these the
 * largest values of the fields in `peaks`.
 */
export function mergeFrames(
  frames: readonly Frame[],
  fields: readonly HistoryField[],
  peaks: readonly number[],
  places: number,
): Uint8Array<ArrayBuffer> {
  if (column.length !== places) {
    column = new Float32Array(places)
    sums = new Float64Array(places)
    weights = new Float32Array(places)
  }
  const columns = fields.length + peaks.length
  const merged = new Float32Array(columns * places)
  fields.forEach(({ unit }, field) => {
    const into = merged.subarray(field * places, (field + 1) * places)
    if (unit === 'state') largest(frames, into, () => field)
    else means(frames, field, into)
  })
  peaks.forEach((field, index) => {
    const at = fields.length + index
    largest(frames, merged.subarray(at * places, (at + 1) * places), ({ span }) => (span === 0 ? field : at))
  })
  return packColumns(merged, columns, places)
}

function means(frames: readonly Frame[], field: number, into: Float32Array): void {
  sums.fill(0)
  weights.fill(0)
  for (const frame of frames) {
    const { count } = frame
    unpackColumn(frame, field, column)
    for (let place = 0; place < column.length; place++) {
      const value = column[place] as number
      if (!(value >= 0)) continue
      ;(sums[place] as number) += value * count
      ;(weights[place] as number) += count
    }
  }
  for (let place = 0; place < into.length; place++) into[place] = (sums[place] as number) / (weights[place] as number)
}

function largest(frames: readonly Frame[], into: Float32Array, columnOf: (frame: Frame) => number): void {
  into.fill(Number.NaN)
  for (const frame of frames) {
    unpackColumn(frame, columnOf(frame), column)
    for (let place = 0; place < into.length; place++) {
      const value = column[place] as number
      if (value >= 0 && !((into[place] as number) >= value)) into[place] = value
    }
  }
}
