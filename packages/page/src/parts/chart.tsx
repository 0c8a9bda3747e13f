import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import type { HistoryResponse, HistorySeries } from '../api/responses.ts'
import { useColours } from '../hooks/use-theme.ts'
import { useWidth } from '../hooks/use-width.ts'
import type { ChartPlan } from '../model/charts.ts'
import { absent, timeOfDay } from '../model/format.ts'
import { chartOptions, dashes } from './chart-options.ts'

interface Properties {
  readonly plan: ChartPlan
  readonly history: HistoryResponse
  /** Seconds. */
  readonly range: number
}

/** A series with its label. */
type Line = HistorySeries & { readonly label: string }

/** One chart. Its cursor moves with those of all others of the panel. */
export function Chart({ plan, history, range }: Properties) {
  const lines = plan.series.flatMap(([field, label]) => {
    const found = history.series.find((one) => one.field === field)
    return found === undefined || found.values.every((value) => value === null) ? [] : [{ ...found, label }]
  })
  // A new set of lines makes a new chart.
  const names = lines.map(({ field, peaks }) => `${field}${peaks === undefined ? '' : '^'}`).join()
  return lines.length === 0 ? null : (
    <Drawn key={names} {...{ plan, history, range }} lines={lines.slice(0, dashes.length)} />
  )
}

function Drawn({ plan, history, range, lines }: Properties & { readonly lines: readonly Line[] }) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [pointed, setPointed] = useState<number | null>(null)
  const width = useWidth(place)
  const colours = useColours()
  const isWide = width > 0
  // A change of colours makes a new plot; new values and widths go to the existing one.
  useLayoutEffect(() => {
    if (place.current === null || !isWide) return undefined
    const peaks = lines.flatMap((line, index) => (line.peaks === undefined ? [] : [index]))
    const options = chartOptions({ plan, lines: lines.length, peaks, width, onPoint: setPointed })
    const made = new uPlot(options, dataOf(history, lines), place.current)
    plot.current = made
    return () => {
      plot.current = undefined
      made.destroy()
    }
  }, [colours, isWide])
  useEffect(() => plot.current?.setData(dataOf(history, lines)), [history])
  useEffect(() => {
    if (isWide) plot.current?.setSize({ width, height: plot.current.height })
  }, [width])
  return (
    <figure class="chart">
      <Legend {...{ plan, history, lines, pointed }} />
      <div ref={place} role="img" aria-label={inWords(plan, lines, range)} />
    </figure>
  )
}

interface LegendProperties {
  readonly plan: ChartPlan
  readonly history: HistoryResponse
  readonly lines: readonly Line[]
  readonly pointed: number | null
}

/** The lines with their values at the cursor, or the newest. */
function Legend({ plan: { title, unit, format }, history: { begin, step }, lines, pointed }: LegendProperties) {
  const show = (value: number | null | undefined) => (value == null ? absent : format(value))
  return (
    <figcaption>
      <b>
        {title} <small>{unit}</small>
      </b>
      {lines.map(({ field, label, values, peaks }, index) => {
        const value = pointed === null ? values.findLast((one) => one !== null) : values[pointed]
        return (
          <span key={field} class="line" title={field}>
            <svg width="18" height="8" aria-hidden="true" style={{ stroke: `var(--series-${index + 1})` }}>
              <line x1="0" x2="18" y1="4" y2="4" stroke-dasharray={dashes[index]!.join(' ')} />
            </svg>
            <small>{label}</small>
            <span class="value">{show(value)}</span>
            {peaks !== undefined && pointed !== null && <small>peak {show(peaks[pointed])}</small>}
          </span>
        )
      })}
      <small class="at">{pointed === null ? '' : timeOfDay(begin + pointed * step)}</small>
    </figcaption>
  )
}

function dataOf({ begin, step }: HistoryResponse, lines: readonly Line[]): uPlot.AlignedData {
  const times = (lines[0]?.values ?? []).map((_, index) => begin + index * step)
  const peaks = lines.filter((line) => line.peaks !== undefined)
  return [
    times,
    ...[...lines.map(({ values }) => values), ...peaks.map((line) => line.peaks!)].map((values) => [...values]),
  ]
}

/** The chart in words, for screen readers. */
function inWords({ title, unit, format }: ChartPlan, lines: readonly Line[], range: number): string {
  const parts = lines.map(({ label, values }) => {
    const known = values.filter((value) => value !== null)
    const [now, least, most] = [known.at(-1)!, Math.min(...known), Math.max(...known)].map(format)
    return `${label} now ${now}, least ${least}, most ${most} ${unit}`.trim()
  })
  return `${title} of the last ${range === 86_400 ? 'day' : 'hour'}: ${parts.join('; ')}`
}
