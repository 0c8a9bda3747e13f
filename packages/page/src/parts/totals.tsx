import { useEffect, useState } from 'preact/hooks'
import type { HaproxyProcess, HistoryAnswer } from '../api/answers.ts'
import { askHistory } from '../api/ask.ts'
import { type Total, totals } from '../model/charts.ts'
import { alarmingShare } from '../model/columns.ts'
import { exact } from '../model/format.ts'
import { sumOf } from '../model/spark.ts'
import { Spark } from './spark.tsx'

const fields = totals.flatMap((total) => total.fields)

/** What all processes do together, with the last hour of it. */
export function Totals({ snapshot, sources }: { snapshot: number; sources: readonly HaproxyProcess[] }) {
  const [answer, setAnswer] = useState<HistoryAnswer>()
  useEffect(() => {
    if (snapshot === 0) return undefined
    const ending = new AbortController()
    askHistory(['daemon'], fields, { range: 3_600, points: 120 }, ending.signal).then(setAnswer, () => undefined)
    return () => ending.abort()
  }, [snapshot])
  if (sources.length === 0) return null
  return (
    <section class="totals" aria-label="All processes together">
      <dl>
        {totals.map((total) => (
          <Tile key={total.id} total={total} answer={answer} />
        ))}
      </dl>
    </section>
  )
}

const newestOf = (answer: HistoryAnswer | undefined, total: Total): number | null =>
  answer === undefined ? null : (sumOf(answer, total.fields).at(-1) ?? null)

function Tile({ total, answer }: { readonly total: Total; readonly answer: HistoryAnswer | undefined }) {
  const values = answer === undefined ? [] : sumOf(answer, total.fields)
  const value = newestOf(answer, total)
  const whole = totals.find(({ id }) => id === total.shareOf)
  const isAlarming = whole !== undefined && (value ?? 0) > alarmingShare * (newestOf(answer, whole) ?? 0)
  return (
    <div class={isAlarming ? 'tile alarming' : 'tile'} title={`${total.title}: ${exact(value)} ${total.unit}`}>
      <dt>
        {total.title} {total.unit === '' ? undefined : <small>{total.unit}</small>}
      </dt>
      <dd>
        <b class="value">{total.format(value)}</b>
        <Spark values={values} width={110} height={26} />
      </dd>
    </div>
  )
}
