import { StatsError } from '@haproxystats/core'
import { type Field, infoFields, moduleFields, statFields } from '../fields/index.ts'
import { infoInteger, infoNumber, parseInfo } from '../info/parse.ts'
import { answerLimits } from '../limits.ts'
import { readInteger, readNumber } from '../stat/number.ts'
import { QuickRow } from '../stat/quick-row.ts'
import { cellText, scanHeader, scanRows, textUpToComma } from '../stat/scan.ts'

/** A count: exact, so a bigint beyond 2^53; undefined for 0, and where HAProxy prints none. */
export type Count = number | bigint | undefined

const isPeak = ({ nature, merge }: Field) => nature === 'counter' && merge === 'max'

/** Columns of `show stat` that only grow while a process lives: those of sums, and `peakCounters`. */
export const statCounters: readonly string[] = ([...statFields, ...moduleFields] as readonly Field[])
  .filter((field) => (field.nature === 'counter' && field.merge === 'sum' && !field.misdeclared) || isPeak(field))
  .map(({ name }) => name)

/**
 * Those that every process counts for itself, as failed checks and the time a server was down: over processes their maximum
 * counts. The lists of haproxystats 0.5.2 sum some of them.
 */
export const peakCounters: readonly string[] = (statFields as readonly Field[]).filter(isPeak).map(({ name }) => name)

/** The column of carried counters that holds what the maximum of a column over processes must not fall below. */
export function peakColumn(name: string): string {
  return `${name}_max`
}

const preloaded: ReadonlySet<string> = new Set(statFields.map(({ name }) => name))

/**
 * Indexes into `statCounters` of what a process may tell that another has counted: with `stats-file` (HAProxy 3.0) it begins with
 * the counters of a file, with `shm-stats-file` (3.3) it shares them. HAProxy computes the downtime, and modules count for
 * themselves.
 */
export const sharableCounters: readonly number[] = statCounters.flatMap((name, index) => {
  return preloaded.has(name) && name !== 'downtime' ? [index] : []
})

/** Lines of `show info` of that kind; HAProxy declares some of them as gauges. */
export const infoCounters: readonly string[] = (infoFields as readonly Field[])
  .filter(({ nature, merge, misdeclared }) => {
    return merge === 'sum' && (nature === 'counter' || (nature === 'gauge' && misdeclared))
  })
  .map(({ name }) => name)

/** The counters of one object or of one process, in the order of `statCounters` or `infoCounters`, up to the last that is not 0. */
export type Counts = Count[]

/** All counters of one process. */
export interface ProcessCounters {
  readonly info: Counts
  /** By the column `type`, `pxname` and `svname`, a tab between them. */
  readonly objects: ReadonlyMap<string, Counts>
}

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
  const add = (key: string, counts: Counts) => {
    const twin = objects.get(key)
    if (twin === undefined) objects.set(key, counts)
    else addCounts(twin, counts)
  }
  const onRow = (row: Uint8Array, offsets: Int32Array) => {
    const key = `${cellText(row, offsets, type)}\t${cellText(row, offsets, 0)}\t${cellText(row, offsets, 1)}`
    const counts: Counts = []
    for (const { index, column } of columns) {
      const count = countAt(row, offsets, column)
      if (count !== undefined) put(counts, index, count)
    }
    add(key, counts)
  }
  const quick = new QuickRow(stat, header, [type, ...columns.map(({ column }) => column)])
  const { values } = quick
  scanRows(stat, header, rows, onRow, (position) => {
    const middle = stat.indexOf(comma, position)
    const names = stat.indexOf(comma, middle + 1)
    if (stat[position] === quote || stat[middle + 1] === quote || stat.indexOf(lineFeed, position) < names) return -1
    const end = names < 0 ? -1 : quick.read(names + 1)
    if (end < 0 || Number.isNaN(values[0])) return -1
    add(`${values[0]}\t${textUpToComma(stat, position)}\t${textUpToComma(stat, middle + 1)}`, countsIn(values, columns))
    return end
  })
  return objects
}

/** As long as need be from the start: growing one array after the other kept the garbage collector busy. */
function countsIn(values: Float64Array, columns: readonly { readonly index: number }[]): Counts {
  let last = columns.length
  while (last > 0 && !((values[last] as number) > 0)) last--
  if (last === 0) return []
  const counts: Counts = new Array((columns[last - 1] as { index: number }).index + 1).fill(undefined)
  for (let slot = 0; slot < last; slot++) {
    const value = values[slot + 1] as number
    if (value > 0) counts[(columns[slot] as { index: number }).index] = value
  }
  return counts
}

const zero = 0x30
const comma = 0x2c
const lineFeed = 0x0a
const quote = 0x22
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

/** Takes counts from others; what is left is a new array. */
export function lessCounts(from: readonly Count[], less: readonly Count[]): Counts {
  const left = [...from]
  addCounts(
    left,
    less.map((count) => (count === undefined ? undefined : -count)),
  )
  return left
}

/**
 * Counters as answers to `show info` and `show stat` that have nothing else, so that they can be merged as those of a
 * process are. Undefined when there is nothing; `info` also when there are only counters of objects.
 *
 * @param peaks by object, in the order of `peakCounters`: what their maximum over processes must not fall below.
 */
export function renderCounters(
  { info, objects }: ProcessCounters,
  peaks: ReadonlyMap<string, Counts> = new Map(),
): { info?: Buffer; stat?: Buffer } {
  const lines = infoCounters.flatMap((name, index) => (info[index] ? [`${name}: ${info[index]}\n`] : []))
  const rows = [...new Set([...objects.keys(), ...peaks.keys()])]
    .map((key) => [key, objects.get(key) ?? [], peaks.get(key) ?? []] as const)
    .filter(([, counts, most]) => [...counts, ...most].some((count) => count))
  const used = statCounters.flatMap((_, index) => (rows.some(([, counts]) => counts[index]) ? [index] : []))
  const usedPeaks = peakCounters.flatMap((_, index) => (rows.some(([, , most]) => most[index]) ? [index] : []))
  const names = [
    ...used.map((index) => statCounters[index] as string),
    ...usedPeaks.map((index) => peakColumn(peakCounters[index] as string)),
  ]
  const header = `# ${['pxname', 'svname', 'type', ...names].join(',')},\n`
  const texts = rows.map(([key, counts, most]) => {
    const [type, pxname = '', svname = ''] = key.split('\t')
    const cells = [...used.map((index) => counts[index] ?? ''), ...usedPeaks.map((index) => most[index] ?? '')]
    return `${[quoted(pxname), quoted(svname), type, ...cells].join(',')},\n`
  })
  return {
    ...(lines.length > 0 && { info: Buffer.from(`Name: HAProxy\n${lines.join('')}\n`, 'latin1') }),
    ...((rows.length > 0 || lines.length > 0) && { stat: Buffer.from(`${header}${texts.join('')}\n`, 'latin1') }),
  }
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
