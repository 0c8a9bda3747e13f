import type { Spread } from './ratios.ts'
import type { Result } from './result.ts'
import { short } from './table.ts'

/** One line of the picture: how many times the floor. */
interface Bar {
  readonly label: string
  readonly wall: number
  readonly cpu: number | undefined
  readonly note?: string
}

const width = 760
const left = 190
const right = 130
const rowHeight = 46
const top = 62

/** haproxystats 0.5.2 with the same snapshot on another day: 5.5 s where the floor took 0.16 s. */
const recorded = { label: 'haproxystats 0.5.2', wall: 35, cpu: undefined, note: 'recorded elsewhere' } as const

/** Colours that can be read on white and on black. */
const colours = { wall: '#3d8bd9', cpu: '#d98a3d', text: '#808890', line: '#80889066' } as const

/**
 * The picture for the README: what one large busy snapshot costs beside the floor, as an SVG. `undefined` when the results
 * do not tell.
 */
export function picture(results: readonly Result[]): string | undefined {
  const ratios = results.find(({ name }) => name === 'process/large-busy-2.6')?.ratios
  const bars = ratios === undefined ? undefined : barsOf(ratios)
  if (bars === undefined) return undefined
  const most = Math.max(...bars.flatMap(({ wall, cpu }) => [wall, cpu ?? 0]))
  const height = top + bars.length * rowHeight + 8
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"` +
      ` font-family="sans-serif" font-size="13" fill="${colours.text}" role="img">`,
    '<title>What one snapshot of 48,000 rows costs, as a multiple of the least that any program must do</title>',
    '<text x="8" y="20" font-size="15">One snapshot, 48,000 rows: how many times the floor</text>',
    ...key(8, 36, colours.wall, 'wall, from the queue to the last byte accepted'),
    ...key(330, 36, colours.cpu, 'CPU'),
    `<path d="M${left} ${top - 6}V${height - 8}" stroke="${colours.line}"/>`,
    ...bars.flatMap((bar, index) => barLines(bar, top + index * rowHeight, most)),
    '</svg>',
  ]
  return `${lines.join('\n')}\n`
}

function barsOf(ratios: Readonly<Record<string, Spread>>): Bar[] | undefined {
  const [wall, cpu] = [ratios['wall/floor']?.median, ratios['CPU/floor']?.median]
  const [wallPlain, cpuPlain] = [ratios['wall/plain']?.median, ratios['CPU/plain']?.median]
  if (wall === undefined || cpu === undefined || wallPlain === undefined || cpuPlain === undefined) return undefined
  return [
    { label: 'the floor', wall: 1, cpu: 1, note: 'read, split, write' },
    { label: 'haproxystats', wall, cpu },
    { label: 'the plain way', wall: wall / wallPlain, cpu: cpu / cpuPlain, note: 'csv-parse, strings' },
    recorded,
  ]
}

function barLines({ label, wall, cpu, note }: Bar, y: number, most: number): string[] {
  const length = (value: number) => Math.max(2, Math.round(((width - left - right) * value) / most))
  const bar = (value: number, at: number, colour: string) => [
    `<rect x="${left}" y="${at}" width="${length(value)}" height="14" rx="2" fill="${colour}"/>`,
    `<text x="${left + length(value) + 6}" y="${at + 11}" font-size="12">${short(value)}×</text>`,
  ]
  return [
    `<text x="${left - 10}" y="${y + 12}" text-anchor="end">${label}</text>`,
    ...(note === undefined
      ? []
      : [`<text x="${left - 10}" y="${y + 28}" text-anchor="end" font-size="11">${note}</text>`]),
    ...bar(wall, y, colours.wall),
    ...(cpu === undefined ? [] : bar(cpu, y + 17, colours.cpu)),
  ]
}

function key(x: number, y: number, colour: string, text: string): string[] {
  return [
    `<rect x="${x}" y="${y}" width="12" height="12" rx="2" fill="${colour}"/>`,
    `<text x="${x + 18}" y="${y + 11}" font-size="12">${text}</text>`,
  ]
}
