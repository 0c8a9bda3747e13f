import type { View } from '../live/view.ts'

/** A cell as HAProxy would print it: its numbers are whole. `undefined` where it is empty. */
export function cellOf(view: View, row: number, column: number): string | undefined {
  const index = row * view.columns.length + column
  const value = view.numbers[index] as number
  if (Number.isNaN(value)) return view.columns[column]?.isText === true ? view.text(row, column) : undefined
  return wholeText(view.bigIntegers.get(index) ?? value)
}

/** A number without decimals and exponent. */
export function wholeText(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value)
  return BigInt(Math.round(value)).toString()
}

/** A number with no more than three decimals, and without exponent. */
export function numberText(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isInteger(value)) return wholeText(value)
  return value.toFixed(3).replace(/0+$/, '').replace(/\.$/, '')
}

const needsQuotes = /[",\r\n]/

/** A text as HAProxy puts it into CSV: quoted only where it must be. */
export function quoted(text: string): string {
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The letter by which HAProxy calls a kind of row, and its name in JSON. */
export const objectsOfKind = {
  frontend: { letter: 'F', name: 'Frontend' },
  backend: { letter: 'B', name: 'Backend' },
  server: { letter: 'S', name: 'Server' },
  listener: { letter: 'L', name: 'Listener' },
} as const
