import type { Info } from '@haproxystats/haproxy/read'
import type { View } from '../live/view.ts'

/** A number with every digit that it has; NaN where there is none. */
export function numberAt({ numbers, bigIntegers, columns }: View, row: number, column: number): number | bigint {
  const index = row * columns.length + column
  const value = numbers[index] as number
  return bigIntegers.size === 0 ? value : (bigIntegers.get(index) ?? value)
}

/** A cell as HAProxy would print it: its numbers are whole. `undefined` where it is empty. */
export function cellText(view: View, row: number, column: number): string | undefined {
  const value = numberAt(view, row, column)
  return Number.isNaN(value) ? view.text(row, column) : wholeText(value)
}

/** A number without decimals and exponent. */
function wholeText(value: number | bigint): string {
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

/** `show info` as HAProxy answers it, with the empty line at its end. */
export function renderInfo(info: Info): string {
  return `${Array.from(info, ([name, value]) => `${name}: ${quoted(value)}\n`).join('')}\n`
}

/** The letter by which HAProxy calls a kind of row, and its name in JSON. */
export const objectsOfKind = {
  frontend: { letter: 'F', name: 'Frontend' },
  backend: { letter: 'B', name: 'Backend' },
  server: { letter: 'S', name: 'Server' },
  listener: { letter: 'L', name: 'Listener' },
} as const
