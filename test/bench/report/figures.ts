import type { Result } from './result.ts'
import { short, spreadText } from './table.ts'

/** One figure of docs/performance.md: a ratio or a figure of one result, and the most it may be where there is a target. */
interface Row {
  readonly what: string
  readonly result: string
  readonly ratio?: string
  readonly figure?: string
  readonly unit?: string
  readonly target?: number
}

const large = 'process/large-busy-2.6'
const http = 'http/large-busy-2.6'
const largePull = 'pull/4 sources of 5 MB (large, busy)'
const manySources = 'pull/200 sources of 100 kB'
const csvClients = 'clients//stats;csv'
const metricsClients = 'clients//metrics?scope=frontend&scope=backend'
const peak = { figure: 'peak MB', unit: 'MB' }

/** The figures of the documentation by section, in its order. */
export const sections: Readonly<Record<string, readonly Row[]>> = {
  'haproxystats-process': [
    { what: 'CPU time, relative to the minimum', result: large, ratio: 'CPU/minimum', target: 1.5 },
    { what: 'Time to the last byte, relative to the minimum', result: large, ratio: 'wall/minimum', target: 2 },
    { what: 'CPU time, relative to the naive program', result: large, ratio: 'CPU/naive' },
    { what: 'Time to the last byte, relative to the naive program', result: large, ratio: 'wall/naive' },
    { what: 'Peak memory, one worker', result: large, ...peak, target: 150 },
    { what: 'Peak memory of the naive program', result: large, figure: 'naive peak MB', unit: 'MB' },
    {
      what: 'Time from start to the first byte',
      result: 'start/small-busy-2.6',
      figure: 'seconds',
      unit: 's',
      target: 0.5,
    },
    { what: 'CPU with an empty queue', result: 'idle/process, empty queue', figure: 'CPU %', unit: '%', target: 1 },
    { what: '48,000 rows, relative to 4,800', result: 'growth/medium → large', ratio: 'wall/smaller', target: 11 },
    { what: '480,000 rows, relative to 48,000', result: 'growth/large → huge', ratio: 'wall/smaller', target: 11 },
  ],
  'haproxystats-process with [http]': [
    { what: 'CPU time, relative to without [http]', result: http, ratio: 'CPU/without', target: 1.3 },
    { what: 'Peak memory, with up to 64 MB of history', result: http, ...peak, target: 284 },
    { what: 'Peak memory without [http]', result: http, figure: 'without peak MB', unit: 'MB' },
    { what: 'Time to the last byte with 200 clients of /stats;csv', result: csvClients, ratio: 'wall/alone' },
    { what: 'Time to the last byte with 200 clients of /metrics', result: metricsClients, ratio: 'wall/alone' },
  ],
  'haproxystats-pull': [
    { what: 'CPU time, relative to a simple reader', result: largePull, ratio: 'CPU/reader', target: 1.5 },
    { what: 'Time, relative to a simple reader', result: largePull, ratio: 'wall/reader' },
    { what: 'Peak memory, 4 sources of 5 MB', result: largePull, ...peak, target: 70 },
    { what: 'Peak memory, 200 sources of 100 kB', result: manySources, ...peak, target: 70 },
    { what: 'Time, 200 sources of 100 kB', result: manySources, figure: 'seconds', unit: 's', target: 1 },
    {
      what: 'CPU with two small sources every 10 s',
      result: 'idle/pull, two small sources every 10 s',
      figure: 'CPU %',
      unit: '%',
      target: 1,
    },
  ],
  'Both programs': [
    {
      what: 'CPU time, relative to HAProxy’s own for the same number of rows',
      result: 'together/large-busy-2.6',
      ratio: 'CPU/HAProxy',
      target: 1,
    },
    {
      what: 'The same with a HAProxy without traffic',
      result: 'together/large, HAProxy without traffic',
      ratio: 'CPU/HAProxy',
    },
  ],
  'A backlog of large snapshots': [1, 2].flatMap((workers): Row[] => {
    const [result, some] = [`backlog/workers = ${workers}`, workers === 1 ? 'one worker' : 'two workers']
    return [
      { what: `Datapoints a second with ${some}`, result, figure: 'datapoints/s' },
      { what: `Peak memory with ${some}`, result, ...peak },
    ]
  }),
}

/** A row as a run found it. */
export interface Figure {
  readonly what: string
  /** `1.75 (1.7–1.8)` or `149 MB`. */
  readonly found: string
  readonly target: string
  /** Undefined where the row has no target. */
  readonly met: boolean | undefined
}

/** Those rows of a section that the results have. */
export function figuresOf(rows: readonly Row[], results: readonly Result[]): Figure[] {
  return rows.flatMap(({ what, result: name, ratio, figure, unit = '', target }): Figure[] => {
    const result = results.find((candidate) => candidate.name === name)
    const spread = ratio === undefined ? undefined : result?.ratios[ratio]
    const value = spread?.median ?? (figure === undefined ? undefined : result?.figures[figure])
    if (value === undefined) return []
    const withUnit = (number: number) => `${short(number)} ${unit}`.trim()
    return [
      {
        what,
        found: spread === undefined ? withUnit(value) : spreadText(spread),
        target: target === undefined ? '' : `at most ${withUnit(target)}`,
        met: target === undefined ? undefined : value <= target,
      },
    ]
  })
}
