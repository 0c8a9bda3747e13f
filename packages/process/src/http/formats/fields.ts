import { type Info, infoFieldByName, infoTags, statTags } from '@haproxystats/haproxy/read'
import type { View } from '../live/view.ts'
import { cellOf, objectsOfKind } from './cells.ts'

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
    const value = cellOf(view, row, position)
    if (value === undefined) continue
    const type = isText ? 'str' : (field?.type ?? 'u64')
    yield { position, name, tags: statTags(name, letter), type, value }
  }
}

/** The lines of `show info`, counted as they are printed: HAProxy's own positions leave gaps for what it was built without. Without `float`, HAProxy prints rates as whole numbers. Several different ones are a text. */
export function* fieldsOfInfo(info: Info): Generator<TypedField> {
  let position = 0
  for (const [name, value] of info) {
    const known = infoFieldByName.get(name)?.type ?? 'str'
    const type = known === 'flt' ? 'u32' : known
    yield { position, name, tags: infoTags(name), type: isWhole(value) ? type : 'str', value }
    position++
  }
}

function isWhole(value: string): boolean {
  return /^-?\d+$/.test(value)
}
