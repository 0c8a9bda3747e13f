import { type Frame, packColumns, unpackColumn } from './frame.ts'
import type { HistoryField } from './history-fields.ts'

let column = new Float32Array(0)
let sums = new Float64Array(0)
let weights = new Float32Array(0)

/**
 * One frame's bytes of several: means over all snapshots that have a value, of states the worst; behind these the largest
 * values of the fields in `peaks`.
 */
export function mergeFrames(
  frames: readonly Frame[],
  fields: readonly HistoryField[],
  peaks: readonly number[],
  slots: number,
): Uint8Array<ArrayBuffer> {
  if (column.length !== slots) {
    column = new Float32Array(slots)
    sums = new Float64Array(slots)
    weights = new Float32Array(slots)
  }
  const columns = fields.length + peaks.length
  const merged = new Float32Array(columns * slots)
  fields.forEach(({ unit }, field) => {
    const into = merged.subarray(field * slots, (field + 1) * slots)
    if (unit === 'state') largest(frames, into, () => field)
    else means(frames, field, into)
  })
  peaks.forEach((field, index) => {
    const at = fields.length + index
    largest(frames, merged.subarray(at * slots, (at + 1) * slots), ({ span }) => (span === 0 ? field : at))
  })
  return packColumns(merged, columns, slots)
}

function means(frames: readonly Frame[], field: number, into: Float32Array): void {
  sums.fill(0)
  weights.fill(0)
  for (const frame of frames) {
    const { count } = frame
    unpackColumn(frame, field, column)
    for (let slot = 0; slot < column.length; slot++) {
      const value = column[slot] as number
      if (!(value >= 0)) continue
      ;(sums[slot] as number) += value * count
      ;(weights[slot] as number) += count
    }
  }
  for (let slot = 0; slot < into.length; slot++) into[slot] = (sums[slot] as number) / (weights[slot] as number)
}

function largest(frames: readonly Frame[], into: Float32Array, columnOf: (frame: Frame) => number): void {
  into.fill(Number.NaN)
  for (const frame of frames) {
    unpackColumn(frame, columnOf(frame), column)
    for (let slot = 0; slot < into.length; slot++) {
      const value = column[slot] as number
      if (value >= 0 && !((into[slot] as number) >= value)) into[slot] = value
    }
  }
}
