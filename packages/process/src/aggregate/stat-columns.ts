import {
  type LearntField,
  learnFields,
  type Merge,
  mergeOfLearnt,
  type StatField,
  scanHeader,
  statFieldByName,
} from '@haproxystats/haproxy/read'
import type { Column } from './column.ts'
import { fieldColumn } from './plan.ts'

/** One column of all answers: those of the newest release of HAProxy in its order, then what older or other builds print. */
export interface StatColumn {
  readonly name: string
  /** What the table of fields knows of it; absent for a column of a build that is newer than the table. */
  readonly field: StatField | undefined
  readonly isText: boolean
}

/** All columns of the answers of one snapshot. */
export interface StatColumns {
  readonly columns: readonly StatColumn[]
  /** So many columns stand before the one named `-`, behind which HAProxy 2.3 and newer print those of modules; absent without it. */
  readonly dash: number | undefined
  /** One each: how its numbers are merged. */
  readonly merged: readonly Column[]
  /** Those that are texts but the two names, by index. */
  readonly texts: readonly number[]
  /** Numbers that explain a status, by index: they are not merged, but of the process that has the status. */
  readonly explaining: readonly number[]
}

/** What checks say of a server explains its status, so all of it is taken from the process that has the status. */
export const explainingFields: ReadonlySet<string> = new Set([
  'check_status',
  'check_code',
  'last_chk',
  'check_desc',
  'agent_status',
  'agent_code',
  'last_agt',
  'agent_desc',
])

const separator = '-'

/**
 * @param answers to `show stat`, in the order of their sources; their first lines are enough.
 * @param typed answers to `show stat typed`, which say of what nature unknown columns are.
 * @throws ANSWER_MALFORMED
 */
export function statColumns(answers: readonly Uint8Array[], typed: readonly Uint8Array[]): StatColumns {
  const headers = answers.map((bytes) => scanHeader(bytes).header)
  const [newest = [], ...others] = headers.map(({ names }) => names).sort(byRelease)
  const learnt = new Map(typed.flatMap((bytes) => [...learnFields(Buffer.from(bytes).toString('latin1'))]))
  const usable = new Set(headers.flatMap(({ position }) => [...position.keys()]))
  const names = [...new Set([...newest, ...others.flat()])].filter((name) => usable.has(name))
  const columns = names.map((name) => columnNamed(name, learnt.get(name)))
  const before = newest.indexOf(separator)
  return {
    columns,
    dash: before < 0 ? undefined : newest.slice(0, before).filter((name) => usable.has(name)).length,
    merged: columns.map((column) => mergedColumn(column, learnt.get(column.name))),
    texts: columns.flatMap(({ isText }, index) => (isText && index >= namesOfRow ? [index] : [])),
    explaining: columns.flatMap(({ name, isText }, index) => (!isText && explainingFields.has(name) ? [index] : [])),
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

function columnNamed(name: string, learnt: LearntField | undefined): StatColumn {
  const field = statFieldByName.get(name)
  return { name, field, isText: field === undefined ? learnt?.text === true : field.type === 'str' }
}

/** What is the same in every process of one configuration. */
const mergeOfKeys: Merge = 'first'

/** Means are whole, as HAProxy prints them. */
function mergedColumn({ name, field, isText }: StatColumn, learnt: LearntField | undefined): Column {
  // No cell is read for a text: its number is always absent.
  if (isText || explainingFields.has(name)) {
    return { field: name, cell: '', merge: 'sum', emptyIsZero: false, counter: false }
  }
  if (field !== undefined) {
    return { ...fieldColumn(field.merge === 'key' ? { ...field, merge: mergeOfKeys } : field), whole: true }
  }
  const merge = learnt === undefined ? 'sum' : mergeOfLearnt(learnt)
  return { ...fieldColumn({ name, merge, nature: learnt?.nature ?? 'gauge' }), whole: true }
}
