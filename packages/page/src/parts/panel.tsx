import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { RowResponse } from '../api/responses.ts'
import type { Go } from '../hooks/use-place.ts'
import { useFacts, useHistory, useRow } from '../hooks/use-row.ts'
import { type RangeName, ranges } from '../model/address.ts'
import { chartsOf, fieldsOf } from '../model/charts.ts'
import { duration } from '../model/format.ts'
import { describeKey } from '../model/row.ts'
import { glyphs, stateOf } from '../model/state.ts'
import { Chart } from './chart.tsx'
import { FieldsTable } from './fields-table.tsx'
import { Split } from './split.tsx'

interface Properties {
  /** The key of the row. */
  readonly open: string
  readonly range: RangeName
  readonly snapshot: number
  readonly go: Go
  readonly onClose: () => void
}

/** The details of one row, beside the table, which stays usable. */
export function Panel({ open, range, snapshot, go, onClose }: Properties) {
  const title = useRef<HTMLHeadingElement>(null)
  const row = useRow(open, snapshot)
  useEffect(() => title.current?.focus(), [])
  return (
    <aside class="panel" aria-labelledby="panel-title">
      <header>
        <h2 id="panel-title" ref={title} tabIndex={-1} title={describeKey(open)}>
          <Words text={describeKey(open)} />
        </h2>
        <button type="button" class="tool" onClick={onClose} aria-keyshortcuts="Escape" title="Close (Esc)">
          <span aria-hidden="true">✕</span>
          <span class="unseen">Close</span>
        </button>
      </header>
      <div class="content">
        {row === null && <p class="nothing">There is no {describeKey(open)} in the newest snapshot.</p>}
        {row != null && <Summary row={row} />}
        <RangeChoice range={range} go={go} />
        <Charts open={open} range={range} snapshot={snapshot} />
        {row != null && <Details row={row} />}
      </div>
    </aside>
  )
}

/** "server" small, "app/app1" not. */
function Words({ text }: { readonly text: string }) {
  const [kind = '', ...name] = text.split(' ')
  return (
    <>
      <small>{kind}</small> {name.join(' ')}
    </>
  )
}

function Summary({ row: { merged } }: { readonly row: RowResponse }) {
  const status = merged['status']
  if (status == null) return null
  const { tone } = stateOf(String(status))
  const age = merged['lastchg']
  const facts = [
    typeof age === 'number' && age >= 0 ? `for ${duration(age)}` : '',
    merged['last_chk'] ? `check: ${merged['last_chk']}` : '',
    merged['addr'] ? String(merged['addr']) : '',
  ]
  return (
    <p class={`summary tone-${tone}`}>
      <span class="state">
        <span class="glyph" aria-hidden="true">
          {glyphs[tone]}
        </span>
        {status}
      </span>{' '}
      {facts.filter((fact) => fact !== '').join(' · ')}
    </p>
  )
}

const rangeTitles: Readonly<Record<RangeName, string>> = { hour: 'Last hour', day: 'Last day' }

function RangeChoice({ range, go }: Pick<Properties, 'range' | 'go'>) {
  return (
    <fieldset class="ranges">
      <legend class="unseen">Time range of the charts</legend>
      {(Object.keys(ranges) as RangeName[]).map((name) => (
        <button
          key={name}
          type="button"
          class="tab"
          aria-pressed={name === range}
          onClick={() => go({ range: name }, 'replace')}
        >
          {rangeTitles[name]}
        </button>
      ))}
    </fieldset>
  )
}

function Charts({ open, range, snapshot }: Pick<Properties, 'open' | 'range' | 'snapshot'>) {
  const plans = useMemo(() => chartsOf(open), [open])
  const fields = useMemo(() => fieldsOf(plans), [plans])
  const history = useHistory(open, fields, range, snapshot)
  if (history === undefined) return <p class="nothing">Loading the history…</p>
  if (history === null || history.series.length === 0) return <p class="nothing">No history yet.</p>
  return (
    <div class="charts">
      {plans.map((plan) => (
        <Chart key={plan.title} plan={plan} history={history} range={ranges[range]} />
      ))}
    </div>
  )
}

function Details({ row }: { readonly row: RowResponse }) {
  const facts = useFacts()
  return (
    <>
      <Split row={row} />
      <FieldsTable row={row} facts={facts} />
    </>
  )
}
