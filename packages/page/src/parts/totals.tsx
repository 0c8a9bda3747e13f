import { useEffect, useState } from 'preact/hooks'
import { fetchHistory } from '../api/fetch.ts'
import type { HistoryResponse, Overview } from '../api/responses.ts'
import { type Total, totals } from '../model/charts.ts'
import { alarmingShare } from '../model/columns.ts'
import { exact } from '../model/format.ts'
import { Spark } from './spark.tsx'

const fields = totals.map(({ field }) => field)

/** The sums over all processes, with their last hour. */
export function Totals({ overview, snapshot }: { readonly overview: Overview | undefined; readonly snapshot: number }) {
  const [history, setHistory] = useState<HistoryResponse>()
  useEffect(() => {
    if (snapshot === 0) return undefined
    const ending = new AbortController()
    fetchHistory(['daemon'], fields, { range: 3_600, points: 120 }, ending.signal).then(setHistory, () => undefined)
    return () => ending.abort()
  }, [snapshot])
  if (overview?.snapshot == null) return null
  return (
    <section class="totals" aria-label="All processes together">
      <dl>
        {totals.map((total) => (
          <Tile key={total.field} total={total} overview={overview} history={history} />
        ))}
      </dl>
    </section>
  )
}

interface TileProperties {
  readonly total: Total
  readonly overview: Overview
  readonly history: HistoryResponse | undefined
}

function Tile({ total: { title, unit, field, format, shareOf }, overview, history }: TileProperties) {
  const newest = (name: string) => (typeof overview.totals[name] === 'number' ? overview.totals[name] : null)
  const value = newest(field)
  const isAlarming = shareOf !== undefined && (value ?? 0) > alarmingShare * (newest(shareOf) ?? 0)
  return (
    <div class={isAlarming ? 'tile alarming' : 'tile'} title={`${title}: ${exact(value)} ${unit}`}>
      <dt>
        {title} {unit !== '' && <small>{unit}</small>}
      </dt>
      <dd>
        <b class="value">{format(value)}</b>
        <Spark values={history?.series.find((series) => series.field === field)?.values} width={110} height={26} />
      </dd>
    </div>
  )
}
