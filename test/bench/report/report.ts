import { readFileSync, writeFileSync } from 'node:fs'
import { performanceDocument } from './document.ts'
import { type Environment, machineText } from './environment.ts'
import { figuresOf, sections } from './figures.ts'
import type { Result } from './result.ts'
import { aligned, short, spreadText, tables } from './table.ts'

/** One run of the benchmark, as `--json` writes it. */
export interface Run {
  readonly environment: Environment
  readonly extent: string
  readonly rounds: number
  readonly seconds: number
  readonly results: readonly Result[]
}

export function readRun(file: string): Run {
  const run = JSON.parse(readFileSync(file, 'utf8')) as Partial<Run>
  if (run.results === undefined) throw new Error(`${file}: found no results, expected a file that --json wrote`)
  return run as Run
}

/** Prints all results, the targets, and where asked for the comparison with an earlier run. */
export function printRun(run: Run, options: { readonly baseline?: string | undefined }): void {
  console.log(tables(run.results))
  const targets = figuresOf(Object.values(sections).flat(), run.results).flatMap(({ what, found, target, met }) =>
    met === undefined ? [] : [[what, target, found, met ? 'met' : 'MISSED']],
  )
  if (targets.length > 0) print([['target', 'expected', 'found', ''], ...targets])
  if (options.baseline !== undefined) {
    const rows = baselineRows(run.results, readRun(options.baseline).results)
    print([['ratio', 'to', 'baseline', 'this run', ''], ...rows])
  }
  console.log(`${machineText(run.environment)}; commit ${run.environment.commit}, ${run.seconds} s`)
  console.log('Ratios are of pairs within this run: median (least–most). Times and sizes are for scale only.')
}

/** Writes the files that were asked for. */
export function writeReports(
  run: Run,
  { json, write }: { readonly json?: string | undefined; readonly write?: string | undefined },
): void {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(run, undefined, 2)}\n`)
  if (write !== undefined) writeFileSync(write, performanceDocument(run))
}

/** Medians so far apart that noise does not explain it. */
const notable = 1.25

/** Every ratio of this run beside that of the baseline: changed only when the whole spread is on one side of it. */
function baselineRows(results: readonly Result[], baseline: readonly Result[]): string[][] {
  return results.flatMap(({ name, ratios }) =>
    Object.entries(ratios).map(([to, spread]) => {
      const before = baseline.find((result) => result.name === name)?.ratios[to]?.median
      if (before === undefined) return [name, to, '', spreadText(spread), 'new']
      const { median, least, most } = spread
      const more = median > before * notable && least > before
      const less = median * notable < before && most < before
      return [name, to, short(before), spreadText(spread), more ? 'more' : less ? 'less' : '']
    }),
  )
}

function print(rows: readonly (readonly string[])[]): void {
  console.log(`${aligned(rows).join('\n')}\n`)
}
