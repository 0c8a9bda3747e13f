import type { Spread } from './costs.ts'
import type { Result } from './result.ts'

/** Three significant digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}

/** `3.21 (2.9–4.05)` */
export const spreadText = ({ median, least, most }: Spread) => `${short(median)} (${short(least)}–${short(most)})`

/** Lines of equal columns, the first to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  )
}

/** One table for each measurement: its results as rows, their ratios and figures as columns. */
export function tables(results: readonly Result[]): string {
  const groups = new Map<string, Result[]>()
  for (const result of results) {
    const group = result.name.slice(0, result.name.indexOf('/'))
    groups.set(group, [...(groups.get(group) ?? []), result])
  }
  return [...groups].map(([group, members]) => tableOf(group, members)).join('\n')
}

/** Wider than that, ratios and figures are two tables. */
const widest = 120

function tableOf(group: string, results: readonly Result[]): string {
  const ratios = [...new Set(results.flatMap((result) => Object.keys(result.ratios)))]
  const figures = [...new Set(results.flatMap((result) => Object.keys(result.figures)))]
  const whole = linesOf(group, results, ratios, figures)
  if ((whole[0] as string).length <= widest || ratios.length === 0) return `${whole.join('\n')}\n`
  const compared = results.filter((result) => Object.keys(result.ratios).length > 0)
  return [...linesOf(group, compared, ratios, []), '', ...linesOf('for scale', results, [], figures), ''].join('\n')
}

function linesOf(
  title: string,
  results: readonly Result[],
  ratios: readonly string[],
  figures: readonly string[],
): string[] {
  const rows = results.map(({ name, ...result }) => [
    name.slice(name.indexOf('/') + 1),
    ...ratios.map((to) => (result.ratios[to] === undefined ? '' : spreadText(result.ratios[to]))),
    ...figures.map((figure) => (result.figures[figure] === undefined ? '' : short(result.figures[figure]))),
  ])
  return aligned([[title, ...ratios, ...figures], ...rows])
}
