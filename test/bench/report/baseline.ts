import { readFileSync } from 'node:fs'
import type { Spread } from './ratios.ts'
import type { Result } from './result.ts'
import { ratioText, short } from './table.ts'

/** The ratios of an earlier run, by result and by what they are to. Times are not in it: they are of one machine and day. */
export type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>

/** Of the medians, so far apart that noise is no excuse. */
const notable = 1.25

export function baselineOf(results: readonly Result[]): Baseline {
  const entries = results.flatMap(({ name, ratios }): [string, Record<string, number>][] => {
    const medians = Object.entries(ratios).map(([to, { median }]) => [to, Number(median.toPrecision(3))] as const)
    return medians.length === 0 ? [] : [[name, Object.fromEntries(medians)]]
  })
  return Object.fromEntries(entries)
}

/** Results of this run replace those of the baseline; what this run has not measured stays. */
export function mergedBaseline(before: Baseline, results: readonly Result[]): Baseline {
  return { ...before, ...baselineOf(results) }
}

export function readBaseline(file: string): Baseline {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Baseline
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new Error(`${file} is not a baseline: ${(error as Error).message}; write it anew with --save-baseline`)
  }
}

/** `more` and `less` only when the whole spread is on one side of the baseline and the median far from it. */
export function changeOf({ median, least, most }: Spread, before: number): 'more' | 'less' | '' {
  if (median > before * notable && least > before) return 'more'
  if (median * notable < before && most < before) return 'less'
  return ''
}

/** Rows for a table: every ratio of this run beside that of the baseline. */
export function baselineRows(results: readonly Result[], baseline: Baseline): string[][] {
  return results.flatMap(({ name, ratios }) =>
    Object.entries(ratios).map(([to, ratio]) => {
      const before = baseline[name]?.[to]
      if (before === undefined) return [name, to, '', ratioText(ratio), 'new']
      return [name, to, `${short(before)}×`, ratioText(ratio), changeOf(ratio, before)]
    }),
  )
}
