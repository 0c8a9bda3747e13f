import { type Info, wordsOfTags } from '@haproxystats/haproxy/read'
import type { View } from '../live/view.ts'
import { objectsOfKind } from './cells.ts'
import { fieldsOfInfo, fieldsOfRow, objectIds, processNumber, type TypedField } from './typed.ts'

/**
 * As HAProxy prints `show stat json`, and its page with `;json`: a list for each row, of an object for each value.
 * Other than there, texts are escaped as JSON wants it, and numbers may be larger than 2^53.
 */
export function renderJson(view: View, rows: readonly number[]): string {
  const know = prefixes()
  const lists = rows.map((row) => {
    const { name } = objectsOfKind[view.rows[row]?.kind ?? 'frontend']
    const { proxy, id } = objectIds(view, row)
    const object = `{"objType":"${name}","proxyId":${proxy},"id":${id},`
    let list = ''
    for (const field of fieldsOfRow(view, row))
      list += `${list === '' ? '' : ','}${object}${know(field)}${literalOf(field)}}}`
    return `[${list}]`
  })
  return `[${lists.join(',')}]\n`
}

/** As HAProxy prints `show info json`. */
export function renderJsonInfo(info: Info): string {
  const know = prefixes()
  return `[${Array.from(fieldsOfInfo(info), (field) => `{${know(field)}${literalOf(field)}}}`).join(',')}]\n`
}

/** What stands before a value is the same for all rows of a kind, and most of the text. */
function prefixes(): (field: TypedField) => string {
  const known = new Map<string, string>()
  return ({ position, name, tags, type }) => {
    const key = `${name}:${tags}:${type}`
    let text = known.get(key)
    if (text === undefined) {
      const about = JSON.stringify({ pos: position, name })
      const words = JSON.stringify(wordsOfTags(tags))
      text = `"field":${about},"processNum":${processNumber},"tags":${words},"value":{"type":"${type}","value":`
      known.set(key, text)
    }
    return text
  }
}

function literalOf({ type, value }: TypedField): string {
  return type === 'str' ? JSON.stringify(value) : value
}
