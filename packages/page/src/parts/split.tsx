import type { RowResponse, Value } from '../api/responses.ts'
import { count, milliseconds, percent, rate } from '../model/format.ts'
import { glyphs, stateOf } from '../model/state.ts'
import { DataTable } from './data-table.tsx'

/** The fields to compare between processes. */
const facts: readonly (readonly [field: string, title: string, format: (value: number) => string])[] = [
  ['scur', 'Sessions', count],
  ['CurrConns', 'Connections', count],
  ['rate', 'Rate /s', rate],
  ['SessRate', 'Rate /s', rate],
  ['qcur', 'Queue', count],
  ['econ', 'Conn. errors', count],
  ['eresp', 'Resp. errors', count],
  ['rtime', 'Resp. ms', milliseconds],
  ['Idle_pct', 'Idle', percent],
]

/** The same row in each process. */
export function Split({ row: { sources } }: { readonly row: RowResponse }) {
  const all = Object.values(sources)
  if (all.length === 0) return null
  const shown = facts.filter(([field]) => all.some((source) => source[field] != null))
  const hasStatus = all.some(({ status }) => status != null)
  const head = (
    <>
      <th scope="col">Process</th>
      {hasStatus && <th scope="col">State</th>}
      {shown.map(([field, title]) => (
        <th key={field} scope="col" class="number">
          {title}
        </th>
      ))}
    </>
  )
  return (
    <DataTable title="Per process" class="split" head={head}>
      {Object.entries(sources).map(([name, source]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          {hasStatus && <Status status={source['status']} />}
          {shown.map(([field, , format]) => (
            <Share key={field} value={source[field]} all={all.map((one) => one[field])} format={format} />
          ))}
        </tr>
      ))}
    </DataTable>
  )
}

function Status({ status }: { readonly status: Value | undefined }) {
  const { tone } = stateOf(status == null ? undefined : String(status))
  return (
    <td class={`state tone-${tone}`}>
      <span class="glyph" aria-hidden="true">
        {glyphs[tone]}
      </span>
      {status ?? '–'}
    </td>
  )
}

interface ShareProperties {
  readonly value: Value | undefined
  readonly all: readonly (Value | undefined)[]
  readonly format: (value: number) => string
}

/** A number above a line whose length is its fraction of the largest. */
function Share({ value, all, format }: ShareProperties) {
  if (typeof value !== 'number') return <td class="number quiet">–</td>
  const most = Math.max(...all.map((one) => (typeof one === 'number' ? one : 0)))
  return (
    <td class={value === 0 ? 'number quiet' : 'number'}>
      {format(value)}
      {most > 0 && value > 0 && <span class="share" style={{ width: `${((value / most) * 100).toFixed(0)}%` }} />}
    </td>
  )
}
