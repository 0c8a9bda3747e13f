import type { View } from '../view/view.ts'
import { cellOf, quoted } from './cells.ts'

/** What names the sources of a row, behind all that HAProxy prints. */
export const sourcesColumn = 'agg'

/**
 * The rows as HAProxy prints them on its page with `;csv`: a comma behind every cell, no empty line at the end. The last
 * column names the sources of a row: `lb1/lb2`.
 */
export function csvOf(view: View, rows: readonly number[]): Buffer {
  const width = view.columns.length
  const names = view.columns.map(({ name }) => name)
  const dash = view.dash ?? -1
  if (dash >= 0) names.splice(dash, 0, '-')
  const sources = new Map<readonly number[], string>()
  const lines = rows.map((row) => {
    let line = ''
    for (let column = 0; column < width; column++) {
      if (column === dash) line += '-,'
      line += cellText(view, row, column)
      line += ','
    }
    if (dash === width) line += '-,'
    return `${line}${sourcesText(view, row, sources)},\n`
  })
  return Buffer.from(`# ${names.join(',')},${sourcesColumn},\n${lines.join('')}`)
}

/** As `cellOf`; most cells are empty or small. */
function cellText(view: View, row: number, column: number): string {
  const value = view.numbers[row * view.columns.length + column] as number
  if (Math.abs(value) <= 2 ** 31) return Number.isInteger(value) ? `${value}` : `${Math.round(value)}`
  const text = cellOf(view, row, column)
  return text === undefined ? '' : quoted(text)
}

function sourcesText(view: View, row: number, known: Map<readonly number[], string>): string {
  const sources = view.rows[row]?.sources ?? []
  let text = known.get(sources)
  if (text === undefined) {
    text = quoted(sources.map((source) => view.sources[source]?.name ?? '').join('/'))
    known.set(sources, text)
  }
  return text
}
