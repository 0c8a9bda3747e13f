import type { Findings, Row } from './row.ts'

/** The result of one row. */
export interface Outcome {
  readonly row: Row
  readonly times: number
  readonly seconds: number
  readonly findings?: Findings
  /** Why it was not run. */
  readonly skipped?: string
  /** Why it failed; empty when it passed or was not run. */
  readonly failures: readonly string[]
}

/** The counts of a row's last run that was saved, and what came of it. */
export interface SavedResult extends Omit<Findings, 'notes' | 'problems'> {
  readonly result: string
  /** When and of which commit. */
  readonly date: string
  readonly commit: string
}

/** Why findings do not pass. A broken build passes by losing or falsifying something. */
export function failuresOf(row: Row, findings: Findings): string[] {
  const { injected, lost, wrong, duplicates, problems, expected } = findings
  const vacuous = injected === 0 ? ['vacuous: the fault never hit'] : []
  if (row.broken !== undefined) {
    const red = lost > 0 || wrong > 0
    return red ? vacuous : [...vacuous, `the broken build ${row.broken} was not detected`, ...problems]
  }
  return [
    ...vacuous,
    ...(expected === 0 ? ['vacuous: no datapoint had to arrive'] : []),
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
  if (row.broken !== undefined) return 'passed: detected'
  return row.notPromised && (findings?.lost ?? 0) > 0 ? 'not promised' : 'passed'
}

/** How many rows passed, failed and could not be run. */
export function summary(outcomes: readonly Outcome[]): string {
  const skipped = outcomes.filter((outcome) => outcome.skipped !== undefined).length
  const failed = outcomes.filter(({ failures }) => failures.length > 0).length
  return `${outcomes.length - skipped - failed} rows passed, ${failed} failed, ${skipped} could not be run here`
}

const numberTitles = ['times', 'expected', 'lost', 'wrong', 'duplicates', 'recovery'] as const
const head = `| row | fault | ${numberTitles.join(' | ')} | result |\n| --- | --- | ${'--: | '.repeat(numberTitles.length)}--- |\n`

/**
 * The rows and what was seen, as a table in Markdown. `expected` and what follows count datapoints; recovery is the slowest.
 * A row without a result was not run.
 */
export function table(rows: readonly Row[], results: Readonly<Record<string, SavedResult | undefined>>): string {
  const lines = rows.map(({ name, fault }) => {
    const saved = results[name]
    if (saved === undefined) return [name, fault, ...numberTitles.map(() => '–'), 'not run']
    const { injected, expected, lost, wrong, duplicates, recovery, result } = saved
    const numbers = [injected, expected, lost, wrong, duplicates].map((count) => count.toLocaleString('en'))
    return [name, fault, ...numbers, recovery > 0 ? `${recovery.toFixed(1)} s` : '–', result]
  })
  return `${head}${lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')}`
}

/** Results by row, as they are saved; rows that could not be run have none. */
export function savedResults(outcomes: readonly Outcome[], commit: string): Record<string, SavedResult> {
  const date = new Date().toISOString().slice(0, 10)
  return Object.fromEntries(
    outcomes.flatMap((outcome): [string, SavedResult][] => {
      if (outcome.findings === undefined) return []
      const { notes: _notes, problems: _problems, ...numbers } = outcome.findings
      return [[outcome.row.name, { ...numbers, result: resultOf(outcome), date, commit }]]
    }),
  )
}

/** The tables of docs/reliability.md: every promise with the rows that try to break it. */
export function markdown(
  promises: readonly { readonly promise: string; readonly rows: readonly Row[] }[],
  results: Readonly<Record<string, SavedResult | undefined>>,
): string {
  return promises.map(({ promise, rows }) => `**${promise}**\n\n${table(rows, results)}`).join('\n')
}
