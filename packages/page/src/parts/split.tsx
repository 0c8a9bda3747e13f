import type { RowAnswer, Value } from '../api/answers.ts'
import { count, milliseconds, percent, rate } from '../model/format.ts'
import { glyphs, stateOf } from '../model/state.ts'
import { Sideways } from './sideways.tsx'

/** Facts that differ between processes and matter first. */
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

/** The same row in each process: where the whole comes from. */
export function Split({ row: { sources } }: { readonly row: RowAnswer }) {
  const names = Object.keys(sources)
  const all = Object.values(sources)
  if (names.length === 0) return null
  const shown = facts.filter(([field]) => all.some((source) => source[field] != null))
  const hasStatus = all.some(({ status }) => status != null)
  return (
    <div class="split">
      <h3>Per process</h3>
      <Sideways title="Per process">
        <table aria-label="Per process">
          <thead>
            <tr>
              <th scope="col">Process</th>
              {hasStatus ? <th scope="col">State</th> : undefined}
              {shown.map(([field, title]) => (
                <th key={field} scope="col" class="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {hasStatus ? <Status status={sources[name]!['status']} /> : undefined}
                {shown.map(([field, , format]) => (
                  <Share
                    key={field}
                    value={sources[name]![field]}
                    all={all.map((source) => source[field])}
                    format={format}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
    </div>
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

/** A number above a line that is as long as its part of the largest. */
function Share({ value, all, format }: ShareProperties) {
  if (typeof value !== 'number') return <td class="number quiet">–</td>
  const most = Math.max(...all.map((one) => (typeof one === 'number' ? one : 0)))
  return (
    <td class={value === 0 ? 'number quiet' : 'number'}>
      {format(value)}
      {most > 0 && value > 0 ? (
        <span class="share" style={{ width: `${((value / most) * 100).toFixed(0)}%` }} />
      ) : undefined}
    </td>
  )
}
