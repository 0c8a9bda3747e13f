import { type Info, infoFieldByName, infoFields, infoInteger, infoNumber } from '@haproxystats/haproxy/read'
import { Accumulator } from './accumulator.ts'
import type { Column } from './column.ts'
import { isStopping, weightOf } from './daemon-tables.ts'
import { fieldColumn } from './plan.ts'
import { readable } from './text-of.ts'

const noNumber: ReadonlySet<string> = new Set(['none', 'distinct', 'key'])

/** Every field of `show info` that is a number and makes sense over processes. */
export const infoColumns: readonly Column[] = infoFields
  .filter(({ type, merge }) => type !== 'str' && !noNumber.has(merge))
  .map(fieldColumn)

const merged: ReadonlySet<string> = new Set(infoColumns.map(({ field }) => field))

/**
 * The answers to `show info` of several processes as one, as it would be printed: numbers whole, and of texts every different
 * one, with ` / ` between. A line that makes no sense over processes is there when it is the same in all.
 *
 * @param carried the counters of processes that ended, which are added.
 */
export function mergeInfo(infos: readonly Info[], carried: readonly Info[]): Info {
  const [only] = infos
  if (only === undefined) return new Map()
  if (infos.length === 1 && carried.length === 0) return only
  const numbers = mergeNumbers(infos, carried)
  const longest = infos.reduce((most, info) => (info.size > most.size ? info : most), only)
  const names = new Set([...longest.keys(), ...infos.flatMap((info) => [...info.keys()])])
  const lines = [...names].map((name) => {
    const value = merged.has(name) ? (numbers.get(name) ?? agreed(infos, name)) : mergeTexts(infos, name)
    return [name, value] as const
  })
  return new Map(lines.filter((line): line is [string, string] => line[1] !== undefined))
}

/** The same with texts as a person reads them, where bytes are UTF-8. */
export function readableInfo(info: Info): Info {
  return new Map([...info].map(([name, value]) => [readable(name), readable(value)]))
}

function mergeNumbers(infos: readonly Info[], carried: readonly Info[]): ReadonlyMap<string, string> {
  const accumulator = new Accumulator(infoColumns)
  accumulator.addRow()
  const running = infos.some((info) => !isStopping(info))
  for (const info of infos) addInfo(accumulator, info, running && isStopping(info))
  const counters = (column: Column) => column.merge === 'sum'
  for (const info of carried) addInfo(accumulator, info, running, counters)
  const { values, bigIntegers } = accumulator.finish()
  const lines = infoColumns.map(({ field }, column) => {
    const value = values[column] as number
    return [field, Number.isNaN(value) ? '' : String(bigIntegers.get(column) ?? Math.round(value))] as const
  })
  return new Map(lines.filter(([, text]) => text !== ''))
}

function addInfo(accumulator: Accumulator, info: Info, stopping: boolean, wanted = (_: Column) => true): void {
  for (const [index, column] of infoColumns.entries()) {
    if (!wanted(column)) continue
    const whole = infoInteger(info, column.field)
    if (whole !== undefined && accumulator.addBigInteger(0, index, whole)) continue
    const value = infoNumber(info, column.field)
    if (Number.isNaN(value) && (info.get(column.field) ?? '') !== '') accumulator.break(0, index)
    else accumulator.add(0, index, value, weightOf(info, column), stopping)
  }
}

function agreed(infos: readonly Info[], name: string): string | undefined {
  const [value, ...others] = new Set(infos.flatMap((info) => info.get(name) ?? []))
  return others.length === 0 ? value : undefined
}

/** The text of `Uptime` belongs to the number beside it, which is that of the process that was started last. */
function mergeTexts(infos: readonly Info[], name: string): string | undefined {
  if (name === 'Uptime') return youngest(infos).get(name)
  const merge = infoFieldByName.get(name)?.merge
  if (merge === 'none') return agreed(infos, name)
  const running = infos.filter((info) => !isStopping(info))
  if (merge === 'first') return [...running, ...infos].find((info) => info.has(name))?.get(name)
  return [...new Set(infos.flatMap((info) => info.get(name) ?? []))].join(' / ')
}

function youngest(infos: readonly Info[]): Info {
  return infos.reduce((last, info) => (infoNumber(info, 'Uptime_sec') < infoNumber(last, 'Uptime_sec') ? info : last))
}
