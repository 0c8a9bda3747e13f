import type { Counts } from './counts.ts'
import { infoCounters, peakColumn, peakCounters, statCounters } from './names.ts'

type Objects = ReadonlyMap<string, Counts>

/** The counters of objects as columns and, by object, the cells of those columns. */
interface Cells {
  readonly columns: readonly string[]
  readonly cells: ReadonlyMap<string, string>
}

/** Counter offsets stay the same from one snapshot to the next, as long as no process ends. */
const rendered = new WeakMap<Objects, Cells>()

/**
 * Counters as answers to `show info` and `show stat` that have nothing else, so that they can be merged as those of a
 * process are. Undefined when there is nothing; `stat` also when there are only counters of `info`.
 *
 * @param objects by the column `type`, `pxname` and `svname`, a tab between them. A map must not change once it was given here.
 * @param peaks by object, in the order of `peakCounters`: what their maximum over processes must not fall below.
 */
export function renderCounters(
  info: Counts,
  objects: Objects,
  peaks: Objects = new Map(),
): { info?: Buffer; stat?: Buffer } {
  const lines = infoCounters.flatMap((name, index) => (info[index] ? [`${name}: ${info[index]}\n`] : []))
  const sums = rendered.get(objects) ?? renderCells(objects, statCounters)
  rendered.set(objects, sums)
  const most = renderCells(peaks, peakCounters.map(peakColumn))
  const empty = (columns: readonly string[]) => ','.repeat(columns.length)
  const [noSums, noPeaks] = [empty(sums.columns), empty(most.columns)]
  const rows = [...new Set([...sums.cells.keys(), ...most.cells.keys()])].map((key) => {
    const [type, pxname = '', svname = ''] = key.split('\t')
    const cells = (sums.cells.get(key) ?? noSums) + (most.cells.get(key) ?? noPeaks)
    return `${quoted(pxname)},${quoted(svname)},${type},${cells}\n`
  })
  const header = `# ${['pxname', 'svname', 'type', ...sums.columns, ...most.columns].join(',')},\n`
  return {
    ...(lines.length > 0 && { info: Buffer.from(`Name: HAProxy\n${lines.join('')}\n`, 'latin1') }),
    ...((rows.length > 0 || lines.length > 0) && { stat: Buffer.from(`${header}${rows.join('')}\n`, 'latin1') }),
  }
}

/** Columns and objects without any count are left out. */
function renderCells(objects: Objects, names: readonly string[]): Cells {
  const used = names.map(() => false)
  const rows = [...objects].filter(([, counts]) => {
    for (const [index, count] of counts.entries()) if (count) used[index] = true
    return counts.some((count) => count)
  })
  const indexes = [...names.keys()].filter((index) => used[index])
  const cells = rows.map(([key, counts]) => [key, indexes.map((index) => `${counts[index] ?? ''},`).join('')] as const)
  return { columns: indexes.map((index) => names[index] as string), cells: new Map(cells) }
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
