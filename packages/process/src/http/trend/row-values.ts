import type { View } from '../live/view.ts'
import { errorCounters } from './history-fields.ts'
import type { Rates } from './rates.ts'

/** The counters of errors together; `errorCounters` has those of each kind of row. */
export const errorRate = 'errors/s'

/**
 * How to read a number of a row by its name in the API: a column (`scur`), or what a counter grows by in a second
 * (`bin/s`). NaN where the row has none; `undefined` when there is no such name.
 */
export function numberReader(
  name: string,
  view: View,
  rates: Rates | undefined,
): ((row: number) => number) | undefined {
  const { columnOf, columns, numbers, rows } = view
  const rate = (row: number, column: number) => rates?.ofRow(row, column) ?? Number.NaN
  if (name === errorRate) {
    return (row) => {
      const counters = errorCounters[rows[row]?.kind ?? 'server'].flatMap((counter) => columnOf.get(counter) ?? [])
      if (counters.length === 0) return Number.NaN
      return counters.reduce((sum, column) => sum + rate(row, column), 0)
    }
  }
  const isRate = name.endsWith('/s')
  const column = columnOf.get(isRate ? name.slice(0, -2) : name)
  if (column === undefined || (isRate && !isCounter(view, column))) return undefined
  return isRate ? (row) => rate(row, column) : (row) => numbers[row * columns.length + column] as number
}

/** Whether a column is a counter; one that the table of fields does not know is none. */
export function isCounter({ columns }: View, column: number): boolean {
  const field = columns[column]?.field
  return field?.nature === 'counter' && (field.merge === 'sum' || field.merge === 'max')
}
