import type uPlot from 'uplot'
import type { ChartPlan } from '../model/charts.ts'
import { timeOfDay } from '../model/format.ts'

/** Charts with the same name move their cursors together. */
const together = 'panel'

const height = 120

/** Dashes, so that lines differ without colours, too; as many as the style sheet has colours for series. */
export const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [1, 4], [4, 4]]

interface ChartInput {
  readonly plan: ChartPlan
  /** How many lines. */
  readonly lines: number
  /** The indexes of the lines that have peaks, which follow as lines of their own. */
  readonly peaks: readonly number[]
  readonly width: number
  /** Called with the index of the value at the cursor; null without a cursor. */
  readonly onPoint: (index: number | null) => void
}

/** With the present colours of the style sheet. */
export function chartOptions({ plan, lines, peaks, width, onPoint }: ChartInput): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const line = { stroke: colour('--line'), width: 1 }
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    grid: line,
    ticks: { ...line, size: 4 },
    font: `11px ${style.getPropertyValue('--font')}`,
  }
  return {
    width,
    height,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: together }, drag: { x: false, y: false }, points: { size: 5 } },
    // From 0, so that heights can be compared; a line of zeros lies at the bottom.
    scales: { x: { time: true }, y: { range: (_, _least, most) => [0, Math.max(1, (most ?? 0) * 1.05)] } },
    axes: [
      { ...axis, size: 22, space: 56, values: (_, splits) => splits.map((time) => timeOfDay(time).slice(0, -3)) },
      { ...axis, size: 44, space: 24, incrs: plan.isWhole ? steps : [0.1, 0.2, 0.5, ...steps], values: short(plan) },
    ],
    series: [
      {},
      ...dashes.slice(0, lines).map((dash, index) => ({
        stroke: colour(`--series-${index + 1}`),
        width: 1.5,
        points: { show: false },
        dash: [...dash],
      })),
      ...peaks.map((index) => ({ stroke: colour(`--series-${index + 1}`), width: 0.5, points: { show: false } })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  }
}

/** 1, 2, 5, 10, 20, 50, … */
const steps = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat()

/** 6M instead of 6.00M. */
const short =
  ({ format }: ChartPlan) =>
  (_: uPlot, splits: readonly number[]) =>
    splits.map((value) => format(value).replace(/\.0+(?=\D|$)/, ''))
