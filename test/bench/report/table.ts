import type { Spread } from './ratios.ts'
import type { Result } from './result.ts'

/** Three digits that mean something. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const magnitude = Math.abs(value)
  if (magnitude >= 1000) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}

/** `3.21× (2.9–4.05)` */
export function ratioText({ median, least, most }: Spread): string {
  return `${short(median)}× (${short(least)}–${short(most)})`
}

/** Lines of equal columns, the first to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const widths = (rows[0] ?? []).map((_cell, column) => width(column))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  )
}

/** One table for each measurement: its results as rows, what they tell as columns. */
export function tables(results: readonly Result[]): string {
  const groups = new Map<string, Result[]>()
  for (const result of results) {
    const group = result.name.slice(0, result.name.indexOf('/'))
    groups.set(group, [...(groups.get(group) ?? []), result])
  }
  return [...groups].map(([group, members]) => tableOf(group, members)).join('\n')
}

function tableOf(group: string, results: readonly Result[]): string {
  const ratios = [...new Set(results.flatMap((result) => Object.keys(result.ratios)))]
  const figures = [...new Set(results.flatMap((result) => Object.keys(result.figures)))]
  const rows = results.map((result) => [
    result.name.slice(group.length + 1),
    ...ratios.map((name) => (result.ratios[name] === undefined ? '' : ratioText(result.ratios[name]))),
    ...figures.map((name) => (result.figures[name] === undefined ? '' : short(result.figures[name]))),
  ])
  return `${aligned([[group, ...ratios, ...figures], ...rows]).join('\n')}\n`
}
