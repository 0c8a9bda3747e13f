import type { Result } from './result.ts'
import { short } from './table.ts'

/** One promise of what haproxystats may cost: a ratio or a figure of one result, and the most it may be. */
interface Target {
  readonly what: string
  readonly result: string
  readonly ratio?: string
  readonly figure?: string
  readonly most: number
  readonly unit: string
}

const targets: readonly Target[] = [
  {
    what: 'pull and process: CPU, of what HAProxy needs to print it',
    result: 'together/large-busy-2.6',
    ratio: 'CPU/HAProxy',
    most: 1,
    unit: '×',
  },
  {
    what: 'the same, as it is aimed at',
    result: 'together/large-busy-2.6',
    ratio: 'CPU/HAProxy',
    most: 0.5,
    unit: '×',
  },
  { what: 'process: wall, of the floor', result: 'process/large-busy-2.6', ratio: 'wall/floor', most: 2, unit: '×' },
  {
    what: 'process: peak memory, one worker',
    result: 'process/large-busy-2.6',
    figure: 'peak MB',
    most: 150,
    unit: ' MB',
  },
  {
    what: 'pull: peak memory, four sources of 5 MB',
    result: 'pull/4 sources of 5 MB (large, busy)',
    figure: 'peak MB',
    most: 70,
    unit: ' MB',
  },
  {
    what: 'pull: peak memory, 200 sources of 100 kB',
    result: 'pull/200 sources of 100 kB',
    figure: 'peak MB',
    most: 70,
    unit: ' MB',
  },
  {
    what: 'pull: 200 sources of 100 kB',
    result: 'pull/200 sources of 100 kB',
    figure: 'seconds',
    most: 1,
    unit: ' s',
  },
  {
    what: 'ten times the rows: wall',
    result: 'growth/medium → large',
    ratio: 'wall/smaller',
    most: 11,
    unit: '×',
  },
  { what: 'ten times more: wall', result: 'growth/large → huge', ratio: 'wall/smaller', most: 11, unit: '×' },
  { what: 'first datapoint after start', result: 'start/small-busy-2.6', figure: 'seconds', most: 0.5, unit: ' s' },
  { what: 'process with nothing to do', result: 'idle/process, nothing to do', figure: 'CPU %', most: 1, unit: ' %' },
]

/** What became of a target in a run. */
export interface Verdict {
  readonly what: string
  readonly found: number | undefined
  readonly most: number
  readonly unit: string
  /** Without a figure in this run it is neither met nor missed. */
  readonly met: boolean | undefined
}

export function verdicts(results: readonly Result[]): Verdict[] {
  return targets.map(({ what, result: name, ratio, figure, most, unit }) => {
    const result = results.find((candidate) => candidate.name === name)
    const found = ratio === undefined ? result?.figures[figure as string] : result?.ratios[ratio]?.median
    return { what, found, most, unit, met: found === undefined ? undefined : found <= most }
  })
}

/** Rows for a table of those that this run can tell. */
export function verdictRows(all: readonly Verdict[]): string[][] {
  const told = all.filter(({ met }) => met !== undefined)
  return told.map(({ what, found, most, unit, met }) => [
    what,
    `at most ${short(most)}${unit}`,
    `${short(found as number)}${unit}`,
    met ? 'met' : 'MISSED',
  ])
}
