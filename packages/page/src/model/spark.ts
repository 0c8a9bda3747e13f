export type Values = readonly (number | null)[]

/**
 * A line through values as a path of SVG in a box of `width` × `height`, from 0 at the bottom to the largest value at the
 * top; broken where nothing is known.
 */
export function sparkPath(values: Values, width: number, height: number): string {
  const most = Math.max(...values.map((value) => value ?? 0))
  const scale = most > 0 ? (height - 2) / most : 0
  const step = width / Math.max(1, values.length - 1)
  let path = ''
  let isDrawing = false
  values.forEach((value, index) => {
    if (value !== null) {
      const at = `${(index * step).toFixed(1)} ${(height - 1 - value * scale).toFixed(1)}`
      // A value alone is a dot: a line of no length with round ends.
      path += isDrawing ? `L${at}` : `M${at}L${at}`
    }
    isDrawing = value !== null
  })
  return path
}

/** Splits keys into groups so small that the URL of a request for each stays below the limits of servers and proxies. */
export function batches(keys: readonly string[], most = 3_000): readonly (readonly string[])[] {
  const groups: string[][] = []
  let room = 0
  for (const key of keys) {
    const length = encodeURIComponent(key).length + 5
    if (length > room || groups.length === 0) {
      groups.push([])
      room = most
    }
    groups.at(-1)!.push(key)
    room -= length
  }
  return groups
}
