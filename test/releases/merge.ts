/**
 * How the numbers of two running processes of one configuration are merged, derived from HAProxy's documentation
 * (management.txt, 9.1) alone; shares no code and no table with the programs.
 */
import type { Row } from './sheet.ts'

/** Names and configuration: the same in both processes. */
const same =
  /^(pxname|svname|iid|sid|type|mode|cookie|algo|tracked|check_rise|check_fall|check_health|agent_rise|agent_fall|agent_health|-)$/

/** Results of each process's own checks of the same server: the maximum. */
const highest = /^(chkfail|chkdown|hanafail|downtime|check_duration|agent_duration|[qcrt]time_max)$/

/** Shares and weights: the mean. */
const mean = /^(weight|uweight|act|bck|throttle)$/

/** Means over sessions: a value between the two. */
const averages = /^[qcrt]time$/

const youngest = /^(lastchg|lastsess)$/

/** Texts of checks come from the process whose status is shown; the others may differ by an address. */
const texts =
  /^(status|check_status|last_chk|check_desc|agent_status|last_agt|agent_desc|check_code|agent_code|addr|srv_icps)$/

/** Set by haproxystats itself. */
const ours = /^(agg|pid)$/

/** The valid cells; undefined where any is. */
export function mergedCell(name: string, rows: readonly Row[]): readonly string[] | undefined {
  const cells = rows.map((row) => row.get(name) ?? '')
  const [first = ''] = cells
  if (ours.test(name)) return undefined
  if (same.test(name)) return [first]
  if (texts.test(name)) return [...cells, [...new Set(cells)].join(' / ')]
  if (cells.every((cell) => cell === '')) return ['']
  const numbers = cells.filter((cell) => cell !== '').map(Number)
  if (numbers.some(Number.isNaN)) return cells
  if (highest.test(name)) return [String(Math.max(...numbers))]
  if (youngest.test(name)) {
    const known = numbers.filter((number) => number >= 0)
    return [String(Math.min(...(known.length > 0 ? known : numbers)))]
  }
  if (mean.test(name)) return [String(Math.round(sum(numbers) / numbers.length))]
  if (averages.test(name)) return between(Math.min(...numbers), Math.max(...numbers))
  if (name === 'slim' && numbers.includes(0)) return ['0']
  if (name === 'qlimit' && cells.includes('')) return ['']
  return [String(cells.reduce((total, cell) => total + BigInt(cell === '' ? 0 : cell), 0n))]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function between(least: number, most: number): string[] {
  return Array.from({ length: most - least + 1 }, (_, step) => String(least + step))
}
