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
    ...(lost > 0 ? [`${lost} lost`] : []),
    ...(wrong > 0 ? [`${wrong} wrong`] : []),
    ...(row.duplicates && duplicates === 0 ? ['vacuous: nothing arrived twice'] : []),
    ...problems,
  ]
}

const titles = ['row', 'fault', 'times', 'owed', 'lost', 'wrong', 'duplicates', 'recovery', 'result']

/** The report as a table in Markdown. `owed` and what follows it count datapoints; recovery is the slowest. */
export function markdown(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ row, findings, skipped, failures }) => {
    const result = skipped !== undefined ? `not run: ${skipped}` : failures.length > 0 ? '**failed**' : 'passed'
    if (findings === undefined) return [row.name, row.fault, '–', '–', '–', '–', '–', '–', result]
    const { injected, owed, lost, wrong, duplicates, recovery } = findings
    const numbers = [injected, owed, lost, wrong, duplicates].map((count) => count.toLocaleString('en'))
    const red = row.broken !== undefined && failures.length === 0 ? 'passed: found out' : result
    return [row.name, row.fault, ...numbers, recovery > 0 ? `${recovery.toFixed(1)} s` : '–', red]
  })
  const cells = [titles, titles.map((_title, index) => (index > 1 && index < 8 ? '--:' : '---')), ...rows]
  return cells.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
}
