/** What one piece of work cost, in seconds of the clock and of CPU. */
export interface Cost {
  readonly wall: number
  readonly cpu: number
}

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

/** The ratios of pairs, each measured one right after the other, under a name; nothing where no pair has a finite ratio. */
export function ratio(name: string, values: readonly number[], others: readonly number[]): Record<string, Spread> {
  const pairs = values.slice(0, others.length).map((value, index) => value / (others[index] as number))
  const ratios = pairs.filter((value) => Number.isFinite(value))
  if (ratios.length === 0) return {}
  return { [name]: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) } }
}

const wallTimes = (costs: readonly Cost[]) => costs.map(({ wall }) => wall)
const cpuTimes = (costs: readonly Cost[]) => costs.map(({ cpu }) => cpu)

/** Costs relative to another's, pair by pair: `wall/minimum`, `CPU/minimum`. */
export function costRatios(costs: readonly Cost[], others: readonly Cost[], other: string): Record<string, Spread> {
  return {
    ...ratio(`wall/${other}`, wallTimes(costs), wallTimes(others)),
    ...ratio(`CPU/${other}`, cpuTimes(costs), cpuTimes(others)),
  }
}

/** Medians: `seconds` and `CPU seconds`, with a name before them where one is given. */
export function costFigures(costs: readonly Cost[], name?: string): Record<string, number> {
  const prefix = name === undefined ? '' : `${name} `
  return { [`${prefix}seconds`]: median(wallTimes(costs)), [`${prefix}CPU seconds`]: median(cpuTimes(costs)) }
}

/** The mean of several runs, for work that is short in relation to the 10 ms steps of CPU time. */
export async function meanCost(times: number, run: () => Promise<Cost>): Promise<Cost> {
  let [wall, cpu] = [0, 0]
  for (let time = 0; time < times; time++) {
    const cost = await run()
    wall += cost.wall / times
    cpu += cost.cpu / times
  }
  return { wall, cpu }
}
