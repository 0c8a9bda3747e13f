import { median, ratioSpread, type Spread } from './ratios.ts'

/** What one piece of work cost, in seconds of the clock and of CPU. */
export interface Cost {
  readonly wall: number
  readonly cpu: number
}

const wallOf = ({ wall }: Cost) => wall
const cpuOf = ({ cpu }: Cost) => cpu

/** How many times another's cost, pair by pair: `wall/floor`, `CPU/floor`. What cannot be told is left out. */
export function costRatios(costs: readonly Cost[], others: readonly Cost[], other: string): Record<string, Spread> {
  const ratios: [string, Spread | undefined][] = [
    [`wall/${other}`, ratioSpread(costs.map(wallOf), others.map(wallOf))],
    [`CPU/${other}`, ratioSpread(costs.map(cpuOf), others.map(cpuOf))],
  ]
  return Object.fromEntries(ratios.filter((entry): entry is [string, Spread] => entry[1] !== undefined))
}

/** The middle of each: `seconds` and `CPU seconds`, of `whose` if told. */
export function costFigures(costs: readonly Cost[], whose = ''): Record<string, number> {
  const before = whose === '' ? '' : `${whose} `
  return { [`${before}seconds`]: median(costs.map(wallOf)), [`${before}CPU seconds`]: median(costs.map(cpuOf)) }
}
