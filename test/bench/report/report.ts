import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { baselineRows, mergedBaseline, readBaseline } from './baseline.ts'
import { checkedOut, machine, machineText } from './machine.ts'
import { picture } from './picture.ts'
import type { Result } from './result.ts'
import { aligned, tables } from './table.ts'
import { verdictRows, verdicts } from './targets.ts'

export interface ReportOptions {
  readonly extent: string
  readonly rounds: number
  readonly seconds: number
  readonly json?: string | undefined
  readonly svg?: string | undefined
  readonly compare?: string | undefined
  readonly baseline: boolean
  readonly 'save-baseline': boolean
}

/** From where this is compiled to: test/bench/dist/bench/report. */
const baselineFile = fileURLToPath(new URL('../../../baseline.json', import.meta.url))

/** Prints the tables, and writes what was asked for. */
export function report(results: readonly Result[], options: ReportOptions): void {
  const where = machine()
  console.log(tables(results))
  if (options.compare === undefined) {
    const rows = verdictRows(verdicts(results))
    if (rows.length > 0) print([['target', 'wanted', 'found', ''], ...rows])
  }
  if (options.baseline) {
    const rows = baselineRows(results, readBaseline(baselineFile))
    print([['ratio', 'to', 'baseline', 'this run', ''], ...rows])
  }
  console.log(
    `${machineText(where)}; commit ${checkedOut()}, ${options.rounds} rounds, ${options.seconds.toFixed(0)} s`,
  )
  console.log('Ratios are of pairs within this run: median (least–most). Times and sizes are for scale only.')
  if (options.json !== undefined) {
    const { extent, rounds, seconds } = options
    const run = { machine: where, commit: checkedOut(), extent, rounds, seconds }
    writeJson(options.json, { run, results, targets: verdicts(results) })
  }
  if (options['save-baseline']) writeJson(baselineFile, mergedBaseline(readBaseline(baselineFile), results))
  if (options.svg !== undefined) draw(results, options.svg)
}

function draw(results: readonly Result[], file: string): void {
  const svg = picture(results)
  if (svg !== undefined) writeFileSync(file, svg)
  else
    console.error(`--svg: ${file} is not drawn, it needs process/large-busy-2.6; run without --quick and --only others`)
}

function print(rows: readonly (readonly string[])[]): void {
  console.log(`${aligned(rows).join('\n')}\n`)
}

function writeJson(file: string, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`)
}
