import type { Findings, Row } from './row.ts'

/** What came of one row. */
export interface Outcome {
  readonly row: Row
  readonly times: number
  readonly seconds: number
  readonly seed: number
  readonly findings?: Findings
  /** Why it was not run. */
  readonly skipped?: string
  /** What it failed for; empty when it passed or was not run. */
  readonly failures: readonly string[]
}

/** Why findings do not pass. A broken build passes by losing or falsifying something. */
export function failuresOf(row: Row, findings: Findings): string[] {
  const { injected, lost, wrong, duplicates, problems, owed } = findings
  const vacuous = injected === 0 ? ['vacuous: the fault never hit'] : []
  if (row.broken !== undefined) {
    const red = lost > 0 || wrong > 0
    return red ? vacuous : [...vacuous, `the broken build ${row.broken} was not found out`, ...problems]
  }
  return [
    ...vacuous,
    ...(owed === 0 ? ['vacuous: nothing was owed'] : []),
    ...(lost > 0 && !row.notPromised ? [`${lost} lost`] : []),
    ...(wrong > 0 ? [`${wrong} wrong`] : []),
    ...(row.duplicates && duplicates === 0 ? ['vacuous: nothing arrived twice'] : []),
    ...problems,
  ]
}

/** In a word or two. */
export function resultOf({ row, skipped, failures, findings }: Outcome): string {
  if (skipped !== undefined) return `not run: ${skipped}`
  if (failures.length > 0) return '**failed**'
  if (row.broken !== undefined) return 'passed: found out'
  return row.notPromised && (findings?.lost ?? 0) > 0 ? 'not promised' : 'passed'
}

/** How many rows passed, failed and could not be run. */
export function summary(outcomes: readonly Outcome[]): string {
  const skipped = outcomes.filter((outcome) => outcome.skipped !== undefined).length
  const failed = outcomes.filter(({ failures }) => failures.length > 0).length
  return `${outcomes.length - skipped - failed} rows passed, ${failed} failed, ${skipped} could not be run here`
}

const titles = ['row', 'fault', 'times', 'owed', 'lost', 'wrong', 'duplicates', 'recovery', 'result']

/** The report as a table in Markdown. `owed` and what follows it count datapoints; recovery is the slowest. */
export function markdown(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { row, findings } = outcome
    if (findings === undefined) return [row.name, row.fault, '–', '–', '–', '–', '–', '–', resultOf(outcome)]
    const { injected, owed, lost, wrong, duplicates, recovery } = findings
    const numbers = [injected, owed, lost, wrong, duplicates].map((count) => count.toLocaleString('en'))
    return [row.name, row.fault, ...numbers, recovery > 0 ? `${recovery.toFixed(1)} s` : '–', resultOf(outcome)]
  })
  const cells = [titles, titles.map((_title, index) => (index > 1 && index < 8 ? '--:' : '---')), ...rows]
  return cells.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
}
