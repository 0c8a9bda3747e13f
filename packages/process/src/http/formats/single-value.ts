import { rowIndexOf } from '../live/row-index.ts'
import type { View } from '../live/view.ts'
import { numberAt, numberText } from './cells.ts'
import { nearestNames } from './nearest-names.ts'

/** A value as text, or a sentence that says what there is not. */
export type Found = { readonly value: string } | { readonly missing: string }

/** What the first word of an address or key means. */
const objects = {
  f: { kind: 'frontend', inner: 'listener' },
  b: { kind: 'backend', inner: 'server' },
} as const
export type ObjectWord = keyof typeof objects

/** Of the ways to split a key, those that are tried; names do not hold more colons. */
const mostWays = 64

/** One field of a frontend or backend, or of a listener or server in it. */
export function valueOfRow(view: View, word: ObjectWord, names: readonly string[], field: string): Found {
  const [pxname = '', svname] = names
  const { kind, inner } = objects[word]
  const index = rowIndexOf(view)
  if (!index.has(kind, pxname) && !index.has(inner, pxname)) {
    return missing(`a ${kind}`, pxname, index.proxies(kind))
  }
  const about = svname === undefined ? `${kind} ${pxname}` : `${inner} ${pxname}/${svname}`
  const row = svname === undefined ? index.find(kind, pxname) : index.find(inner, pxname, svname)
  if (row === undefined) {
    const what = svname === undefined ? `a ${kind}` : `a ${inner} of ${kind} ${pxname}`
    return missing(what, svname ?? pxname, svname === undefined ? index.proxies(kind) : index.within(inner, pxname))
  }
  return valueOfField(view, row, field, about)
}

function valueOfField(view: View, row: number, field: string, about: string): Found {
  const column = view.columnOf.get(field)
  if (column === undefined) return missing('a field of show stat', field, view.columnOf.keys())
  const number = numberAt(view, row, column)
  const value = Number.isNaN(number) ? view.text(row, column) : numberText(number)
  return value === undefined ? { missing: `The field ${field} of ${about} is empty.` } : { value }
}

/** A line of `show info` over all processes, or a derived metric such as `CpuUsagePct`. */
export function valueOfInfo(view: View, field: string): Found {
  const line = view.info.get(field)
  if (line !== undefined) return { value: line }
  const daemon = view.tables.find(({ kind }) => kind === 'daemon')
  const column = daemon?.fields.indexOf(field) ?? -1
  const value = daemon?.values[column]
  if (value !== undefined && !Number.isNaN(value))
    return { value: numberText(daemon?.bigIntegers.get(column) ?? value) }
  return missing('a line of show info', field, [...view.info.keys(), ...(daemon?.fields ?? [])])
}

/**
 * The value of a key: `f:www:scur`, `f:www:sock-1:scur`, `b:app:scur`, `b:app:app1:scur`, `info:CurrConns`. Names may
 * hold colons, so every way to split it is tried, the one with the longest name of a proxy first.
 */
export function valueOfKey(view: View, key: string): Found {
  const [word = '', ...parts] = key.split(':')
  const field = parts.pop() ?? ''
  if (word === 'info') return valueOfInfo(view, [...parts, field].join(':'))
  if (!isObjectWord(word) || parts.length === 0) {
    return {
      missing: `${key} is not a key: it should look like f:www:scur, f:www:sock-1:scur, b:app:scur, b:app:app1:scur or info:CurrConns.`,
    }
  }
  const { kind, inner } = objects[word]
  const index = rowIndexOf(view)
  const ways = parts.slice(0, mostWays).map((_, number) => {
    const border = parts.length - number
    const svname = parts.slice(border).join(':')
    return [parts.slice(0, border).join(':'), ...(number === 0 ? [] : [svname])] as const
  })
  const known = ways.filter(([pxname]) => index.has(kind, pxname) || index.has(inner, pxname))
  for (const names of known) {
    const found = valueOfRow(view, word, names, field)
    if ('value' in found) return found
  }
  // What is said of the split whose proxy exists, of that alone.
  const telling = known.find(([pxname]) => index.has(kind, pxname)) ?? known.at(-1) ?? [parts[0]!]
  return valueOfRow(view, word, telling, field)
}

function isObjectWord(word: string): word is ObjectWord {
  return Object.hasOwn(objects, word)
}

/** @param what `a backend`, `a server of backend app`. */
function missing(what: string, name: string, names: Iterable<string>): Found {
  const near = nearestNames(name, names)
  const hint = near.length === 0 ? '' : ` Near it: ${near.join(', ')}.`
  return { missing: `${name} is not ${what}.${hint}` }
}
