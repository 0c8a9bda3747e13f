import { nearestNames } from '../formats/nearest-names.ts'
import { keyOf, type View } from '../live/view.ts'
import { orNull, quoted, Refusal } from '../routes/api.ts'
import type { Facts } from '../types/route.ts'
import { errorCounters } from './history-fields.ts'
import type { Rates } from './rates.ts'

export type Value = number | string | null

/** A value of a row of the view; `null` where it has none. */
export type ValueReader = (row: number) => Value

/** @throws Refusal as long as there is no snapshot. */
export function viewOrRefuse({ view }: Facts): View {
  if (view === undefined) throw new Refusal(503, 'no snapshot has been read yet')
  return view
}

/** Of the newest view; `undefined` when the history is of another. */
export function ratesOf({ history }: Facts, { snapshot }: View): Rates | undefined {
  return history.rates?.snapshot === snapshot ? history.rates : undefined
}

/** Counters together, that have a name of their own. */
const together = 'errors/s'

/** How to read a field by the names of the API. @throws Refusal when there is none of that name. */
export function readerOf(name: string, view: View, rates: Rates | undefined): ValueReader {
  if (name === together) return errorsReader(view, rates)
  const ofCounter = name.endsWith('/s')
  const column = view.columnOf.get(ofCounter ? name.slice(0, -2) : name)
  const its = column === undefined ? undefined : view.columns[column]
  if (column === undefined || its === undefined) throw unknownField(name, view)
  if (!ofCounter && its.isText) return (row) => view.text(row, column) ?? null
  if (!ofCounter) return (row) => orNull(view.numbers[row * view.columns.length + column] as number)
  if (!isCounter(view, column)) {
    throw new Refusal(400, `field ${quoted(name)}: ${its.name} is not a counter, so it has no rate`, [its.name])
  }
  return (row) => orNull(rates?.ofRow(row, column) ?? Number.NaN)
}

/** Whether a column is a counter; one of an unknown build is not. */
export function isCounter({ columns }: View, column: number): boolean {
  const field = columns[column]?.field
  return field?.nature === 'counter' && (field.merge === 'sum' || field.merge === 'max')
}

function errorsReader(view: View, rates: Rates | undefined): ValueReader {
  return (row) => {
    const kind = view.rows[row]?.kind ?? 'server'
    const found = errorCounters[kind].flatMap((name) => view.columnOf.get(name) ?? [])
    const sum = found.reduce((total, column) => total + (rates?.ofRow(row, column) ?? Number.NaN), 0)
    return found.length === 0 ? null : orNull(sum)
  }
}

function unknownField(name: string, view: View): Refusal {
  const rates = view.columns.flatMap(({ name: its }, column) => (isCounter(view, column) ? [`${its}/s`] : []))
  const candidates = [...view.columnOf.keys(), ...rates, together]
  return new Refusal(400, `field ${quoted(name)} is unknown; /api/v1/fields lists them`, nearestNames(name, candidates))
}

const indexes = new WeakMap<View, ReadonlyMap<string, number>>()

/** Rows by key. */
export function rowIndex(view: View): ReadonlyMap<string, number> {
  let index = indexes.get(view)
  if (index === undefined) {
    index = new Map(view.rows.map((row, at) => [keyOf(row), at]))
    indexes.set(view, index)
  }
  return index
}
