import {
  type LearntField,
  learnFields,
  type Merge,
  mergeOfLearnt,
  scanHeader,
  statFieldByName,
} from '@haproxystats/haproxy/read'
import type { Column } from '../../aggregate/accumulator.ts'
import { fieldColumn } from '../../aggregate/plan.ts'
import type { ViewColumn } from './view.ts'

/** The columns of the answers of one snapshot. */
export interface ViewColumns {
  readonly columns: readonly ViewColumn[]
  readonly columnOf: ReadonlyMap<string, number>
  readonly dash: number | undefined
  /** One each: how its numbers are merged. */
  readonly merged: readonly Column[]
  /** Those that are texts but the two names, by index. */
  readonly texts: readonly number[]
}

const separator = '-'

/**
 * @param answers to `show stat`, in the order of their sources.
 * @param typed answers to `show stat typed`, which say of what nature unknown columns are.
 * @throws ANSWER_MALFORMED
 */
export function columnsOf(answers: readonly Uint8Array[], typed: readonly Uint8Array[]): ViewColumns {
  const headers = answers.map((bytes) => scanHeader(bytes).header)
  const [newest = [], ...others] = headers.map(({ names }) => names).sort(byRelease)
  const learnt = new Map(typed.flatMap((bytes) => [...learnFields(Buffer.from(bytes).toString('latin1'))]))
  const usable = new Set(headers.flatMap(({ position }) => [...position.keys()]))
  const names = [...new Set([...newest, ...others.flat()])].filter((name) => usable.has(name))
  const columns = names.map((name) => columnNamed(name, learnt.get(name)))
  const before = newest.indexOf(separator)
  return {
    columns,
    columnOf: new Map(names.map((name, index) => [name, index])),
    dash: before < 0 ? undefined : newest.slice(0, before).filter((name) => usable.has(name)).length,
    merged: columns.map((column) => mergedColumn(column, learnt.get(column.name))),
    texts: columns.flatMap(({ isText }, index) => (isText && index >= namesOfRow ? [index] : [])),
  }
}

/** `pxname` and `svname`. */
const namesOfRow = 2

/** Releases only ever add columns before those of modules, which are a matter of how they were built. */
function byRelease(one: readonly string[], other: readonly string[]): number {
  return staticColumns(other) - staticColumns(one) || other.length - one.length
}

function staticColumns(names: readonly string[]): number {
  const before = names.indexOf(separator)
  return before < 0 ? names.length : before
}

function columnNamed(name: string, learnt: LearntField | undefined): ViewColumn {
  const field = statFieldByName.get(name)
  return { name, field, isText: field === undefined ? learnt?.text === true : field.type === 'str' }
}

/** What is the same in every process of one configuration. */
const mergeOfKeys: Merge = 'first'

function mergedColumn({ name, field, isText }: ViewColumn, learnt: LearntField | undefined): Column {
  // No cell is read for a text: its number is always absent.
  if (isText) return { ...fieldColumn({ name, merge: 'none', nature: 'name' }), cell: '' }
  if (field !== undefined) return fieldColumn(field.merge === 'key' ? { ...field, merge: mergeOfKeys } : field)
  const merge = learnt === undefined ? 'sum' : mergeOfLearnt(learnt)
  return fieldColumn({ name, merge, nature: learnt?.nature ?? 'gauge' })
}
