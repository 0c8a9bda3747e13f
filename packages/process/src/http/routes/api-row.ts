import { reasonOf } from '@haproxystats/core'
import { type Info, infoFieldByName, infoNumber } from '@haproxystats/haproxy/read'
import { numberAt } from '../formats/cells.ts'
import { nearestNames } from '../formats/nearest-names.ts'
import { keyOf, type View, type ViewRow } from '../live/view.ts'
import { daemonKey, processKey } from '../trend/collect.ts'
import type { Rates } from '../trend/rates.ts'
import { isCounter } from '../trend/row-values.ts'
import type { Facts } from '../types/facts.ts'
import type { RouteRequest } from '../types/route.ts'
import { apiRoute, orNull, quoted, Refusal, viewOrRefuse } from './api.ts'

export const rowRoute = apiRoute({
  name: 'row',
  summary:
    'All fields of one row, of all processes together and of each: `key` is `f:www`, `l:www/sock-1`, `b:app`, `s:app/app1`, `daemon` or `p:<process>`.',
  parameters: ['key'],
  perSnapshot: true,
  body: rowBody,
})

type Value = number | string | null
type Values = Record<string, Value>

/** Without a prototype, as `__proto__` is a name of a column or process like others. */
function byName<T>(): Record<string, T> {
  return Object.create(null)
}

function rowBody({ query }: RouteRequest, facts: Facts) {
  const view = viewOrRefuse(facts)
  const rates = facts.history.ratesOf(view)
  const key = query.get('key')
  if (key === null) {
    throw new Refusal(400, 'parameter "key" is missing: f:www, l:www/sock-1, b:app, s:app/app1', ['key'])
  }
  const index = rowIndex(view).get(key)
  const head = { snapshot: view.snapshot, key }
  if (index === undefined) return { ...head, ...infoOf(key, view, rates) }
  const row = { ...head, ...rowOf(index, view, rates) }
  return printedRows(view.rows[index] as ViewRow, view, facts).then((sources) => ({ ...row, sources }))
}

const indexes = new WeakMap<View, ReadonlyMap<string, number>>()

/** Rows by key. */
function rowIndex(view: View): ReadonlyMap<string, number> {
  const index = indexes.get(view) ?? new Map(view.rows.map((row, at) => [keyOf(row), at]))
  indexes.set(view, index)
  return index
}

/** The row as each of its processes printed it, by the name of the process. */
async function printedRows(
  { sources: having, pxname, svname }: ViewRow,
  view: View,
  { sources }: Facts,
): Promise<Record<string, Values>> {
  const each = byName<Values>()
  try {
    const printed = (await sources?.row(view, having, { pxname, svname })) ?? []
    having.forEach((source, place) => {
      const cells = printed[place]
      if (cells !== undefined) each[view.sources[source]?.name ?? ''] = valuesOf(cells, view)
    })
    return each
  } catch (error) {
    throw new Refusal(503, `what each process printed cannot be read now, ask again: ${reasonOf(error)}`)
  }
}

function rowOf(index: number, view: View, rates: Rates | undefined) {
  const { kind, pxname, svname } = view.rows[index] as View['rows'][number]
  const merged = byName<Value>()
  const its = byName<number | null>()
  view.columns.forEach(({ name, isText }, column) => {
    const value = isText ? view.text(index, column) : numberAt(view, index, column)
    if (value === undefined || Number.isNaN(value)) return
    // As text where no double can hold it.
    merged[name] = typeof value === 'bigint' ? value.toString() : value
    if (isCounter(view, column)) its[`${name}/s`] = orNull(rates?.ofRow(index, column) ?? Number.NaN)
  })
  return { kind, pxname, svname, merged, rates: its }
}

/** As one process printed it. */
function valuesOf(cells: ReadonlyMap<string, string>, view: View): Values {
  const values = byName<Value>()
  for (const [field, text] of cells) {
    const column = view.columns[view.columnOf.get(field) ?? -1]
    values[field] = column?.isText === false ? numberOf(text) : text
  }
  return values
}

/** As text where no double can hold it. */
function numberOf(text: string): Value {
  const value = Number(text)
  return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : text
}

/** The same of `show info`: of all processes, or of one. */
function infoOf(key: string, view: View, rates: Rates | undefined) {
  const source = view.sources.findIndex(({ name }) => processKey(name) === key)
  if (key !== daemonKey && source < 0) throw unknownKey(key, view)
  const info = key === daemonKey ? view.info : view.sources[source]?.info
  const rateOf = (name: string) => (key === daemonKey ? rates?.ofInfo(name) : rates?.ofProcess(source, name))
  const its = byName<number | null>()
  for (const name of info?.keys() ?? []) {
    if (infoFieldByName.get(name)?.nature === 'counter') its[`${name}/s`] = orNull(rateOf(name) ?? Number.NaN)
  }
  const each = byName<Values>()
  for (const [index, { name, info: of }] of view.sources.entries()) {
    if (of !== undefined && (key === daemonKey || index === source)) each[name] = infoValues(of)
  }
  return {
    kind: key === daemonKey ? 'daemon' : 'process',
    merged: info ? infoValues(info) : {},
    rates: its,
    sources: each,
  }
}

function infoValues(info: Info): Values {
  const values = byName<Value>()
  for (const [name, text] of info) {
    const isText = infoFieldByName.get(name)?.type === 'str'
    values[name] = isText || Number.isNaN(infoNumber(info, name)) ? text : numberOf(text)
  }
  return values
}

function unknownKey(key: string, view: View): Refusal {
  const keys = [...rowIndex(view).keys(), ...view.sources.map(({ name }) => processKey(name)), daemonKey]
  return new Refusal(404, `there is no row ${quoted(key)}`, nearestNames(key, keys))
}
