import { useEffect, useState } from 'preact/hooks'
import type { HistoryAnswer, Overview } from '../api/answers.ts'
import { askHistory } from '../api/ask.ts'
import { type Total, totals } from '../model/charts.ts'
import { alarmingShare } from '../model/columns.ts'
import { exact } from '../model/format.ts'
import { sumOf } from '../model/spark.ts'
import { Spark } from './spark.tsx'

const fields = totals.flatMap((total) => total.fields)

/** What all processes do together, with the last hour of it. */
export function Totals({ overview, snapshot }: { readonly overview: Overview | undefined; readonly snapshot: number }) {
  const [answer, setAnswer] = useState<HistoryAnswer>()
  useEffect(() => {
    if (snapshot === 0) return undefined
    const ending = new AbortController()
    askHistory(['daemon'], fields, { range: 3_600, points: 120 }, ending.signal).then(setAnswer, () => undefined)
    return () => ending.abort()
  }, [snapshot])
  if (overview?.snapshot == null) return null
  return (
    <section class="totals" aria-label="All processes together">
      <dl>
        {totals.map((total) => (
          <Tile key={total.id} total={total} overview={overview} answer={answer} />
        ))}
      </dl>
    </section>
  )
}

/** The sum of what is known of the fields of a total. */
function newestOf({ totals: values }: Overview, total: Total): number | null {
  const known = total.fields.map((field) => values[field]).filter((value) => typeof value === 'number')
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

interface TileProperties {
  readonly total: Total
  readonly overview: Overview
  readonly answer: HistoryAnswer | undefined
}

function Tile({ total, overview, answer }: TileProperties) {
  const value = newestOf(overview, total)
  const whole = totals.find(({ id }) => id === total.shareOf)
  const isAlarming = whole !== undefined && (value ?? 0) > alarmingShare * (newestOf(overview, whole) ?? 0)
  return (
    <div class={isAlarming ? 'tile alarming' : 'tile'} title={`${total.title}: ${exact(value)} ${total.unit}`}>
      <dt>
        {total.title} {total.unit === '' ? undefined : <small>{total.unit}</small>}
      </dt>
      <dd>
        <b class="value">{total.format(value)}</b>
        <Spark values={answer === undefined ? [] : sumOf(answer, total.fields)} width={110} height={26} />
      </dd>
    </div>
  )
}
