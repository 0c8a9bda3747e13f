import { StatsError } from '@haproxystats/core'
import { type Field, infoFields, moduleFields, statFields } from '../fields/index.ts'
import { infoInteger, infoNumber, parseInfo } from '../info/parse.ts'
import { answerLimits } from '../limits.ts'
import { readInteger, readNumber } from '../stat/number.ts'
import { cellText, scanHeader, scanRows } from '../stat/scan.ts'

/** A count: exact, so a bigint beyond 2^53; undefined for 0, and where HAProxy prints none. */
export type Count = number | bigint | undefined

/** What only grows while a process lives. Summed over processes, and in the lists of haproxystats 0.5.2 also what is not. */
const summedAnyway = new Set(['chkfail', 'chkdown', 'downtime'])

/** Columns of `show stat` that only grow while a process lives and are summed over processes. */
export const statCounters: readonly string[] = ([...statFields, ...moduleFields] as readonly Field[])
  .filter(({ name, nature, merge, misdeclared }) => {
    return (nature === 'counter' && merge === 'sum' && !misdeclared) || summedAnyway.has(name)
  })
  .map(({ name }) => name)

/** Lines of `show info` of that kind; HAProxy declares some of them as gauges. */
export const infoCounters: readonly string[] = (infoFields as readonly Field[])
  .filter(({ nature, merge, misdeclared }) => {
    return merge === 'sum' && (nature === 'counter' || (nature === 'gauge' && misdeclared))
  })
  .map(({ name }) => name)

const statColumn = new Map(statCounters.map((name, index) => [name, index]))

/** The counters of one object or of one process, in the order of `statCounters` or `infoCounters`, up to the last that is not 0. */
export type Counts = Count[]

/** All counters of one process. */
export interface ProcessCounters {
  readonly info: Counts
  /** By the column `type`, `pxname` and `svname`, a tab between them; listeners are left out. */
  readonly objects: ReadonlyMap<string, Counts>
}

const listener = '3'

/** The counters in the answers of one process; of a statistics page there is no `info`. @throws ANSWER_MALFORMED */
export function countersOf(info: Uint8Array, stat: Uint8Array): ProcessCounters {
  return { info: info.length === 0 ? [] : infoCounts(info), objects: objectCounts(stat) }
}

function infoCounts(bytes: Uint8Array): Counts {
  const info = parseInfo(bytes)
  const counts: Counts = []
  for (const [index, name] of infoCounters.entries()) {
    const count = infoInteger(info, name) ?? known(infoNumber(info, name))
    if (count !== undefined) put(counts, index, count)
  }
  return counts
}

function objectCounts(stat: Uint8Array): Map<string, Counts> {
  const { header, rows } = scanHeader(stat)
  const type = header.position.get('type') as number
  const columns = statCounters.flatMap((name, index) => {
    const column = header.position.get(name)
    return column === undefined ? [] : { index, column }
  })
  const objects = new Map<string, Counts>()
  scanRows(stat, header, rows, (row, offsets) => {
    const kind = cellText(row, offsets, type)
    if (kind === listener) return
    const key = `${kind}\t${cellText(row, offsets, 0)}\t${cellText(row, offsets, 1)}`
    const counts: Counts = []
    for (const { index, column } of columns) {
      const count = countAt(row, offsets, column)
      if (count !== undefined) put(counts, index, count)
    }
    const twin = objects.get(key)
    if (twin === undefined) objects.set(key, counts)
    else addCounts(twin, counts)
  })
  return objects
}

const zero = 0x30
const { numberDigits } = answerLimits

/** Most cells are empty or 0. */
function countAt(row: Uint8Array, offsets: Int32Array, column: number): Count {
  const start = offsets[column] as number
  const end = (offsets[column + 1] as number) - 1
  if (start === end || (end - start === 1 && row[start] === zero)) return undefined
  if (end - start > numberDigits) throw tooLong(end - start)
  const value = readNumber(row, start, end)
  return value > Number.MAX_SAFE_INTEGER ? readInteger(row, start, end) : known(value)
}

/** Not to make a number of it, which takes as long as it likes. */
function tooLong(length: number): StatsError {
  return new StatsError(
    'ANSWER_MALFORMED',
    `has a counter of ${length} characters, where a number has ${numberDigits} at most`,
  )
}

/** Puts a count behind the others, with nothing between. */
function put(counts: Counts, index: number, count: Count): void {
  while (counts.length < index) counts.push(undefined)
  counts.push(count)
}

/** Counters are not negative. */
function known(value: number): Count {
  return value > 0 ? value : undefined
}

/** Adds counts to others, in place. */
export function addCounts(to: Counts, more: readonly Count[]): void {
  while (to.length < more.length) to.push(undefined)
  for (let index = 0; index < more.length; index++) {
    const count = more[index]
    if (count !== undefined) to[index] = sum(to[index], count)
  }
}

function sum(a: Count, b: number | bigint): Count {
  if (a === undefined) return b
  if (typeof a === 'number' && typeof b === 'number' && a + b <= Number.MAX_SAFE_INTEGER) return a + b
  const total = Number(a) + Number(b)
  return total <= Number.MAX_SAFE_INTEGER ? total : BigInt(a) + BigInt(b)
}

/** Where cells that HAProxy keeps in 32 bits begin anew. */
const wrap = 2 ** 32

/** Of those, some that count so fast that they do. */
const wrapping: ReadonlySet<string> = new Set(infoFields.filter(({ type }) => type === 'u32').map(({ name }) => name))

/**
 * What counters lost that began anew although their process is the same: what they had before, or 2^32 where they were about to
 * wrap. Undefined when they lost nothing.
 */
export function lostCounts(
  before: readonly Count[],
  now: readonly Count[],
  names: readonly string[],
): Counts | undefined {
  let lost: Counts | undefined
  for (let index = 0; index < before.length; index++) {
    const old = before[index]
    const value = now[index]
    if (old === undefined || (value !== undefined && value >= old)) continue
    lost ??= []
    const wrapped = value !== undefined && wrapping.has(names[index] as string) && old > wrap * 0.9 && old < wrap
    lost[index] = wrapped ? wrap : old
  }
  return lost
}

/**
 * Counters as answers to `show info` and `show stat` that have nothing else, so that they can be merged as those of a
 * process are. Undefined for a part of which there is nothing.
 */
export function renderCounters({ info, objects }: ProcessCounters): { info?: Buffer; stat?: Buffer } {
  const lines = infoCounters.flatMap((name, index) => (info[index] ? [`${name}: ${info[index]}\n`] : []))
  const rows = [...objects].filter(([, counts]) => counts.some((count) => count))
  const used = statCounters.filter((_, index) => rows.some(([, counts]) => counts[index]))
  const header = `# ${['pxname', 'svname', 'type', ...used].join(',')},\n`
  const texts = rows.map(([key, counts]) => {
    const [type, pxname = '', svname = ''] = key.split('\t')
    const cells = used.map((name) => counts[statColumn.get(name) as number] ?? '')
    return `${[quoted(pxname), quoted(svname), type, ...cells].join(',')},\n`
  })
  return {
    ...(lines.length > 0 && { info: Buffer.from(`Name: HAProxy\n${lines.join('')}\n`, 'latin1') }),
    ...(rows.length > 0 && { stat: Buffer.from(`${header}${texts.join('')}\n`, 'latin1') }),
  }
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
