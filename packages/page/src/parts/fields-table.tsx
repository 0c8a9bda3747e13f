import type { FieldFacts, RowAnswer, Value } from '../api/answers.ts'
import { absent, exact, rate } from '../model/format.ts'
import { Sideways } from './sideways.tsx'

interface Properties {
  readonly row: RowAnswer
  readonly facts: ReadonlyMap<string, FieldFacts>
}

/** Every field that HAProxy tells of the row: merged, per second where it is a counter, and of each process. */
export function FieldsTable({ row: { merged, rates, sources }, facts }: Properties) {
  const names = Object.keys(sources)
  const fields = [
    ...new Set([...Object.keys(merged), ...Object.values(sources).flatMap((source) => Object.keys(source))]),
  ]
  const known = fields.filter((field) =>
    [merged, ...Object.values(sources)].some((source) => isThere(own(source, field))),
  )
  const hasSplit = names.length > 1
  return (
    <div class="fields">
      <h3>All fields</h3>
      <Sideways title="All fields">
        <table aria-label="All fields">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">All</th>
              <th scope="col">/s</th>
              {hasSplit
                ? names.map((name) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))
                : undefined}
            </tr>
          </thead>
          <tbody>
            {known.map((field) => (
              <tr key={field}>
                <th scope="row" title={facts.get(field)?.summary ?? undefined}>
                  {field} <small>{unitOf(facts.get(field))}</small>
                </th>
                <Cell value={own(merged, field)} />
                <td class="number">{rates[`${field}/s`] == null ? '' : rate(rates[`${field}/s`])}</td>
                {hasSplit ? names.map((name) => <Cell key={name} value={own(sources[name]!, field)} />) : undefined}
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
    </div>
  )
}

/** A field may be called like what every object has. */
const own = (values: Readonly<Record<string, Value>>, field: string): Value | undefined =>
  Object.hasOwn(values, field) ? values[field] : undefined

const isThere = (value: Value | undefined) => value != null && value !== ''

/** Units that say more than the name does. */
function unitOf(facts: FieldFacts | undefined): string {
  const { unit = '' } = facts ?? {}
  return ['count', 'none', 'text', ''].includes(unit) ? '' : unit
}

function Cell({ value }: { readonly value: Value | undefined }) {
  if (typeof value === 'number') return <td class="number">{exact(value)}</td>
  return (
    <td class="text" title={value ?? undefined}>
      {isThere(value) ? value : absent}
    </td>
  )
}
