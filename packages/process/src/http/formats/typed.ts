import { type Info, infoFieldByName, infoTags, statTags } from '@haproxystats/haproxy/read'
import type { View } from '../live/view.ts'
import { cellText, objectsOfKind } from './cells.ts'

/** One value with what HAProxy says of it in `typed` and `json`. */
export interface TypedField {
  readonly position: number
  readonly name: string
  readonly tags: string
  readonly type: string
  readonly value: string
}

/** The cells of a row that are not empty. */
export function* fieldsOfRow(view: View, row: number): Generator<TypedField> {
  const { letter } = objectsOfKind[view.rows[row]?.kind ?? 'frontend']
  for (const [position, { name, field, isText }] of view.columns.entries()) {
    const value = cellText(view, row, position)
    if (value === undefined) continue
    const type = isText ? 'str' : (field?.type ?? 'u64')
    yield { position, name, tags: statTags(name, letter), type, value }
  }
}

/**
 * The lines of `show info`, counted as they are printed: HAProxy's own positions leave gaps for what it was built
 * without. Without `float`, HAProxy prints rates as whole numbers. Several different ones are a text.
 */
export function* fieldsOfInfo(info: Info): Generator<TypedField> {
  let position = 0
  for (const [name, value] of info) {
    const known = infoFieldByName.get(name)?.type ?? 'str'
    const type = known === 'flt' ? 'u32' : known
    yield { position, name, tags: infoTags(name), type: /^-?\d+$/.test(value) ? type : 'str', value }
    position++
  }
}

/** Processes merged into one count as one. */
export const processNumber = 1

/** As HAProxy prints `show stat typed`, and its page with `;typed`: a line for each value. */
export function renderTyped(view: View, rows: readonly number[]): string {
  const lines: string[] = []
  for (const row of rows) {
    const { proxy, id } = objectIds(view, row)
    const object = `${objectsOfKind[view.rows[row]?.kind ?? 'frontend'].letter}.${proxy}.${id}`
    for (const { position, name, tags, type, value } of fieldsOfRow(view, row)) {
      lines.push(`${object}.${position}.${name}.${processNumber}:${tags}:${type}:${value}\n`)
    }
  }
  return lines.join('')
}

/** As HAProxy prints `show info typed`. */
export function renderTypedInfo(info: Info): string {
  return Array.from(fieldsOfInfo(info), ({ position, name, tags, type, value }) => {
    return `${position}.${name}.${processNumber}:${tags}:${type}:${value}\n`
  }).join('')
}

/** What HAProxy calls a proxy and what is in it. */
export function objectIds(view: View, row: number): { proxy: number; id: number } {
  const number = (name: string) => {
    const column = view.columnOf.get(name)
    return Number((column === undefined ? undefined : cellText(view, row, column)) ?? 0)
  }
  return { proxy: number('iid'), id: number('sid') }
}
