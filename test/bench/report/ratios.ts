/** The middle of several measurements, and their ends. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] as number
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

/** How many times as much as the other one, pair by pair: both of a pair were measured one right after the other. */
export function ratiosOf(values: readonly number[], others: readonly number[]): number[] {
  const pairs = Math.min(values.length, others.length)
  return Array.from({ length: pairs }, (_none, index) => (values[index] as number) / (others[index] as number)).filter(
    (ratio) => Number.isFinite(ratio),
  )
}

/** The spread of the ratios; `undefined` without a pair that tells something. */
export function ratioSpread(values: readonly number[], others: readonly number[]): Spread | undefined {
  const ratios = ratiosOf(values, others)
  return ratios.length === 0 ? undefined : spreadOf(ratios)
}
