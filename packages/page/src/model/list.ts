import type { Kind, WireRow } from '../api/responses.ts'
import type { Column } from './columns.ts'
import { columns } from './columns.ts'
import { type Filter, parseFilter } from './filter.ts'
import { isProxy, kindOf, proxyOf, type Reader, type RowSet, readerOf } from './row.ts'

/** Which rows the table shows. */
export const views = ['all', 'frontends', 'backends', 'servers'] as const
export type ViewName = (typeof views)[number]

/** By which column; absent is the order of the configuration. */
export interface Sorting {
  readonly column: string
  readonly isDescending: boolean
}

/** A line of the table: a row, or a heading above several. All are equally high. */
export type Item =
  | { readonly kind: 'row'; readonly row: WireRow; readonly isMember: boolean }
  | { readonly kind: 'heading'; readonly title: string; readonly count: number }

export interface ListOptions {
  readonly view: ViewName
  readonly filter: string
  readonly sorting: Sorting | undefined
}

interface Group {
  proxy: WireRow | undefined
  readonly members: WireRow[]
}

/** The lines to show of the rows of a snapshot. */
export function listOf(set: RowSet, { view, filter: words, sorting }: ListOptions): readonly Item[] {
  const reader = readerOf(set)
  const filter = parseFilter(words)
  const compare = comparison(sorting, reader)
  if (view === 'servers') {
    const servers = set.rows.filter((row) => kindOf(row) === 'server' && filter.matches(row, reader))
    return (compare === undefined ? servers : servers.sort(compare)).map((row) => rowItem(row, false))
  }
  const parts = (['frontend', 'backend'] as const).filter((kind) => view === 'all' || view === `${kind}s`)
  return parts.flatMap((kind) => {
    const groups = groupsOf(set.rows, kind).flatMap((group) => filtered(group, filter, reader))
    const items = sorted(groups, compare).flatMap(itemsOf)
    const heading: Item = { kind: 'heading', title: titles[kind], count: groups.length }
    return view === 'all' && items.length > 0 ? [heading, ...items] : items
  })
}

const titles = { frontend: 'Frontends', backend: 'Backends' } as const

const rowItem = (row: WireRow, isMember: boolean): Item => ({ kind: 'row', row, isMember })

function itemsOf({ proxy, members }: Group): readonly Item[] {
  const below = members.map((row) => rowItem(row, true))
  return proxy === undefined ? below : [rowItem(proxy, false), ...below]
}

/** Proxies with what belongs to them: listeners to a frontend, servers to a backend. */
function groupsOf(rows: readonly WireRow[], kind: 'frontend' | 'backend'): readonly Group[] {
  const member: Kind = kind === 'frontend' ? 'listener' : 'server'
  const groups = new Map<string, Group>()
  for (const row of rows) {
    const rowKind = kindOf(row)
    if (rowKind !== kind && rowKind !== member) continue
    const group = groups.get(proxyOf(row)) ?? { proxy: undefined, members: [] }
    groups.set(proxyOf(row), group)
    if (rowKind === kind) group.proxy = row
    else group.members.push(row)
  }
  return [...groups.values()]
}

/** A group with the members that fit, below their proxy even when that does not fit; nothing when nothing fits. */
function filtered(group: Group, filter: Filter, reader: Reader): readonly Group[] {
  if (!filter.isActive) return [group]
  const { proxy, members } = group
  if (proxy !== undefined && filter.matchesProxy(proxy)) return [group]
  const kept = members.filter((row) => filter.matches(row, reader))
  if (kept.length > 0) return [{ proxy, members: kept }]
  return proxy !== undefined && filter.matches(proxy, reader) ? [{ proxy, members: [] }] : []
}

type Compare = (a: WireRow, b: WireRow) => number

function sorted(groups: readonly Group[], compare: Compare | undefined): readonly Group[] {
  if (compare === undefined) return groups
  const first = (group: Group) => group.proxy ?? group.members[0]!
  return groups
    .map(({ proxy, members }) => ({ proxy, members: members.toSorted(compare) }))
    .sort((a, b) => compare(first(a), first(b)))
}

const names = new Intl.Collator('en', { numeric: true })

/** Absent values are last in either direction. */
function comparison(sorting: Sorting | undefined, reader: Reader): Compare | undefined {
  const column = columns.find(({ id }) => id === sorting?.column)
  if (column === undefined || sorting === undefined) return undefined
  const sign = sorting.isDescending ? -1 : 1
  return (a, b) => {
    const [x, y] = [column.value(a, reader), column.value(b, reader)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : names.compare(String(x), String(y)))
  }
}

/** What a click on a column's title asks for: the interesting end first, then the other, then no order. */
export function nextSorting(column: Column, sorting: Sorting | undefined): Sorting | undefined {
  const begin = column.id !== 'name'
  if (sorting?.column !== column.id) return { column: column.id, isDescending: begin }
  return sorting.isDescending === begin ? { column: column.id, isDescending: !begin } : undefined
}

/** How many rows of each kind are up, and how many there are. */
export function countRows(set: RowSet): Readonly<Record<Kind, number>> {
  const counts = { frontend: 0, backend: 0, server: 0, listener: 0 }
  for (const row of set.rows) counts[kindOf(row)]++
  return counts
}

/** Servers of a backend that are up, as `3/4`; by the name of the backend. */
export function serversUp(set: RowSet): ReadonlyMap<string, string> {
  const counts = new Map<string, { up: number; all: number }>()
  const reader = readerOf(set)
  for (const row of set.rows) {
    if (isProxy(row) || kindOf(row) !== 'server') continue
    const count = counts.get(proxyOf(row)) ?? { up: 0, all: 0 }
    count.all++
    if (/^(UP|no check)/.test(reader.text(row, 'status') ?? '')) count.up++
    counts.set(proxyOf(row), count)
  }
  return new Map([...counts].map(([name, { up, all }]) => [name, `${up}/${all}`]))
}
