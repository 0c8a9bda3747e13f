import type { Info } from '@haproxystats/haproxy/read'
import type { View } from '../live/view.ts'
import { cellOf, objectsOfKind } from './cells.ts'
import { fieldsOfInfo, fieldsOfRow } from './fields.ts'

/** Processes merged into one count as one. */
export const processNumber = 1

/** As HAProxy prints `show stat typed`, and its page with `;typed`: a line for each value. */
export function typedOf(view: View, rows: readonly number[]): string {
  const lines: string[] = []
  for (const row of rows) {
    const { proxy, id } = idsOf(view, row)
    const object = `${objectsOfKind[view.rows[row]?.kind ?? 'frontend'].letter}.${proxy}.${id}`
    for (const { position, name, tags, type, value } of fieldsOfRow(view, row)) {
      lines.push(`${object}.${position}.${name}.${processNumber}:${tags}:${type}:${value}\n`)
    }
  }
  return lines.join('')
}

/** As HAProxy prints `show info typed`. */
export function typedInfoOf(info: Info): string {
  return Array.from(fieldsOfInfo(info), ({ position, name, tags, type, value }) => {
    return `${position}.${name}.${processNumber}:${tags}:${type}:${value}\n`
  }).join('')
}

/** What HAProxy calls a proxy and what is in it. */
export function idsOf(view: View, row: number): { proxy: number; id: number } {
  const number = (name: string) => {
    const column = view.columnOf.get(name)
    return Number((column === undefined ? undefined : cellOf(view, row, column)) ?? 0)
  }
  return { proxy: number('iid'), id: number('sid') }
}
