import type { FieldFacts, RowResponse, Value } from '../api/responses.ts'
import { absent, exact, rate } from '../model/format.ts'
import { DataTable } from './data-table.tsx'

interface Properties {
  readonly row: RowResponse
  readonly facts: ReadonlyMap<string, FieldFacts>
}

/** Every field of the row: merged, per second where it is a counter, and of each process. */
export function FieldsTable({ row: { merged, rates, sources }, facts }: Properties) {
  const names = Object.keys(sources)
  const shown = names.length > 1 ? names : []
  const all = [merged, ...Object.values(sources)]
  const fields = [...new Set(all.flatMap((values) => Object.keys(values)))]
  const known = fields.filter((field) => all.some((values) => isPresent(own(values, field))))
  const titles = ['Field', 'All', '/s', ...shown]
  const head = titles.map((title, index) => (
    <th key={index < 3 ? index : title} scope="col">
      {title}
    </th>
  ))
  return (
    <DataTable title="All fields" class="fields" head={head}>
      {known.map((field) => (
        <tr key={field}>
          <th scope="row" title={facts.get(field)?.summary ?? undefined}>
            {field} <small>{unitOf(facts.get(field))}</small>
          </th>
          <Cell value={own(merged, field)} />
          <td class="number">{rates[`${field}/s`] == null ? '' : rate(rates[`${field}/s`])}</td>
          {shown.map((name) => (
            <Cell key={name} value={own(sources[name]!, field)} />
          ))}
        </tr>
      ))}
    </DataTable>
  )
}

/** A field may have the name of a property that every object has. */
const own = (values: Readonly<Record<string, Value>>, field: string): Value | undefined =>
  Object.hasOwn(values, field) ? values[field] : undefined

const isPresent = (value: Value | undefined) => value != null && value !== ''

/** The unit, unless it says no more than the name. */
function unitOf(facts: FieldFacts | undefined): string {
  const { unit = '' } = facts ?? {}
  return ['count', 'none', 'text', ''].includes(unit) ? '' : unit
}

function Cell({ value }: { readonly value: Value | undefined }) {
  if (typeof value === 'number') return <td class="number">{exact(value)}</td>
  return (
    <td class="text" title={value ?? undefined}>
      {isPresent(value) ? value : absent}
    </td>
  )
}
