import type { Random } from '../../faults/harness/random.ts'
import type { Load } from './sizes.ts'
import type { RowKind, Templates } from './templates.ts'
import { busyPowers, fixedValues, quotedCheck } from './values.ts'

/** A row's names, and the numbers of its proxy and of its server. */
export interface RowName {
  readonly pxname: string
  readonly svname: string
  readonly iid: number
  readonly sid: number
}

/** One row of `show stat` with its line feed. */
export type RowWriter = (name: RowName) => string

type Part = string | readonly [least: number, range: number] | 'iid' | 'sid'

/** Makes the rows of one kind. The constant parts are joined once, so that half a million rows take seconds. */
export function rowWriter({ names, rows }: Templates, kind: RowKind, load: Load, random: Random): RowWriter {
  const cells = rows[kind === 'server' && load === 'busy' ? 'checked' : kind]
  const usual = partsOf(names, cells, kind, load)
  const quoted = partsOf(names, cells.with(names.indexOf('last_chk'), quotedCheck.text), kind, load)
  const quotes = kind === 'server' && load === 'busy'
  let count = 0
  return (name) => write(quotes && ++count % quotedCheck.every === 0 ? quoted : usual, name, random)
}

function write(parts: readonly Part[], { pxname, svname, iid, sid }: RowName, random: Random): string {
  let row = `${pxname},${svname},`
  for (const part of parts) {
    if (part === 'iid') row += iid
    else if (part === 'sid') row += sid
    else if (typeof part === 'string') row += part
    else row += Math.floor(10 ** (part[0] + random.next() * part[1]))
  }
  return row
}

/** A row as texts between the cells that vary. */
function partsOf(names: readonly string[], cells: readonly string[], kind: RowKind, load: Load): Part[] {
  const parts: Part[] = []
  let text = ''
  names.forEach((name, column) => {
    if (column < 2) return
    const part = partOf(name, cells[column] as string, kind, load)
    if (typeof part === 'string' && part !== 'iid' && part !== 'sid') text += part
    else {
      parts.push(text, part)
      text = ''
    }
    text += ','
  })
  return [...parts, `${text}\n`]
}

function partOf(name: string, recorded: string, kind: RowKind, load: Load): Part {
  const fixed = fixedValues[kind][name]
  if (name === 'iid' || (name === 'sid' && kind === 'server')) return name
  const powers = busyPowers[name]
  if (load === 'busy' && powers !== undefined && /^-?\d+$/.test(recorded)) return [powers[0], powers[1] - powers[0]]
  if (fixed !== undefined) return fixed
  if (name === 'lastsess' && recorded !== '') return '-1'
  return /^\d+$/.test(recorded) ? '0' : recorded
}
