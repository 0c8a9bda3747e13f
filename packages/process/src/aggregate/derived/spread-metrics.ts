import type { SpreadMetric } from './derived.ts'

/**
 * The value at a percentile: the nearest of those given, the even one of two that are equally near. What pandas calls
 * `interpolation='nearest'`, which haproxystats 0.5.2 used.
 */
export function nearestPercentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const position = ((sorted.length - 1) * percent) / 100
  const below = Math.floor(position)
  const fraction = position - below
  const index = fraction > 0.5 || (fraction === 0.5 && below % 2 === 1) ? below + 1 : below
  return sorted[index] as number
}

/** The standard deviation of a sample (divided by n - 1). */
export function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

function percentile(percent: number, value: number): SpreadMetric {
  return {
    name: `${percent}PercentileCpuUsagePct`,
    summary: `The CPU usage that ${percent} % of the processes do not exceed.`,
    unit: 'percent',
    of: 'CpuUsagePct',
    example: { given: [5, 7, 9, 5], value },
    compute: (values) => nearestPercentile(values, percent),
  }
}

/** Derived metrics of the daemon that show how far its processes are apart. */
export const spreadMetrics: readonly SpreadMetric[] = [
  percentile(25, 5),
  percentile(50, 7),
  percentile(75, 7),
  percentile(95, 9),
  percentile(99, 9),
  {
    name: 'StdCpuUsagePct',
    summary: 'The standard deviation of the CPU usage of the processes: how unevenly they are loaded.',
    unit: 'percent',
    of: 'CpuUsagePct',
    example: { given: [7, 9], value: Math.SQRT2 },
    compute: standardDeviation,
  },
]
