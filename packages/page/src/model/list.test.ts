import { describe, expect, it } from 'vitest'
import type { WireRow } from '../api/responses.ts'
import { columns } from './columns.ts'
import { countRows, type Item, type ListOptions, listOf, nextSorting, serversUp } from './list.ts'
import { keyOf, type RowSet, rowSet } from './row.ts'

/** Two frontends, two backends with servers, in the order of HAProxy. */
function sampleRows(): RowSet {
  const fields = ['status', 'scur', 'rate', 'lastchg']
  const rows: WireRow[] = [
    ['f:www', 'frontend', 'www', 'FRONTEND', [0, 1], 'OPEN', 30, 5, null],
    ['l:www/sock-1', 'listener', 'www', 'sock-1', [0, 1], 'OPEN', 30, null, null],
    ['f:admin', 'frontend', 'admin', 'FRONTEND', [0], 'OPEN', 1, 0, null],
    ['s:app/app1', 'server', 'app', 'app1', [0, 1], 'UP', 7, 2, 60],
    ['s:app/app2', 'server', 'app', 'app2', [0, 1], 'DOWN', 0, 0, 5],
    ['s:app/app10', 'server', 'app', 'app10', [0, 1], 'MAINT (via app/app1)', 0, null, 9],
    ['b:app', 'backend', 'app', 'BACKEND', [0, 1], 'UP', 7, 2, 100],
    ['s:shop/shop1', 'server', 'shop', 'shop1', [0, 1], 'UP 1/3', 90, 9, 2],
    ['b:shop', 'backend', 'shop', 'BACKEND', [0, 1], 'UP', 90, 9, 100],
  ]
  return rowSet({ snapshot: 1_700_000_000, fields, rows })
}

const usual: ListOptions = { view: 'all', filter: '', sorting: undefined }
const shown = (wish: Partial<ListOptions>) => listOf(sampleRows(), { ...usual, ...wish }).map(print)
const print = (item: Item) => (item.kind === 'heading' ? `# ${item.title} ${item.count}` : keyOf(item.row))

describe('the list', () => {
  it('has frontends with listeners and backends with servers, each below its proxy', () => {
    expect(shown({})).toEqual([
      ...['# Frontends 2', 'f:www', 'l:www/sock-1', 'f:admin'],
      ...['# Backends 2', 'b:app', 's:app/app1', 's:app/app2', 's:app/app10', 'b:shop', 's:shop/shop1'],
    ])
  })

  it('can be of one kind', () => {
    expect(shown({ view: 'frontends' })).toEqual(['f:www', 'l:www/sock-1', 'f:admin'])
    expect(shown({ view: 'servers' })).toEqual(['s:app/app1', 's:app/app2', 's:app/app10', 's:shop/shop1'])
  })

  it('sorts proxies, and servers within theirs; what is absent is last either way', () => {
    const sorting = { column: 'rate', isDescending: true }
    expect(shown({ view: 'backends', sorting })).toEqual([
      ...['b:shop', 's:shop/shop1', 'b:app', 's:app/app1', 's:app/app2', 's:app/app10'],
    ])
    expect(shown({ view: 'servers', sorting: { column: 'rate', isDescending: false } })).toEqual([
      ...['s:app/app2', 's:app/app1', 's:shop/shop1', 's:app/app10'],
    ])
  })

  it('sorts numbers in names as numbers, and states by how bad they are', () => {
    const byName = shown({ view: 'servers', sorting: { column: 'name', isDescending: false } })
    expect(byName).toEqual(['s:app/app1', 's:app/app2', 's:app/app10', 's:shop/shop1'])
    const byState = shown({ view: 'servers', sorting: { column: 'state', isDescending: true } })
    expect(byState).toEqual(['s:app/app2', 's:shop/shop1', 's:app/app10', 's:app/app1'])
  })

  it('leaves the rows of the snapshot as they are', () => {
    const rows = sampleRows()
    const before = rows.rows.map(keyOf)
    listOf(rows, { view: 'servers', filter: '', sorting: { column: 'name', isDescending: true } })
    expect(rows.rows.map(keyOf)).toEqual(before)
  })
})

describe('the filter', () => {
  it.each<[string, readonly string[]]>([
    ['down', ['# Backends 1', 'b:app', 's:app/app2']],
    ['DOWN', ['# Backends 1', 'b:app', 's:app/app2']],
    ['maint', ['# Backends 1', 'b:app', 's:app/app10']],
    ['going', ['# Backends 1', 'b:shop', 's:shop/shop1']],
    ['shop', ['# Backends 1', 'b:shop', 's:shop/shop1']],
    ['app -up', ['# Backends 1', 'b:app', 's:app/app2', 's:app/app10']],
    ['app/app1', ['# Backends 1', 'b:app', 's:app/app1', 's:app/app10']],
    ['admin', ['# Frontends 1', 'f:admin']],
    ['"down"', []],
    ['no such name', []],
    ['  ', shown({})],
  ])('%s', (filter, expected) => {
    expect(shown({ filter })).toEqual(expected)
  })

  it('takes any text', () => {
    for (const filter of ['(', '[', '\\', '"', '-', '--', '-"', '*', '__proto__', 'constructor', '\u0000']) {
      expect(Array.isArray(shown({ filter }))).toBe(true)
    }
  })
})

it('a click sorts by the interesting end first, a third one not at all', () => {
  const [name, rate] = ['name', 'rate'].map((id) => columns.find((column) => column.id === id)!)
  expect(nextSorting(rate!, undefined)).toEqual({ column: 'rate', isDescending: true })
  expect(nextSorting(rate!, { column: 'rate', isDescending: true })).toEqual({ column: 'rate', isDescending: false })
  expect(nextSorting(rate!, { column: 'rate', isDescending: false })).toBeUndefined()
  expect(nextSorting(name!, { column: 'rate', isDescending: false })).toEqual({ column: 'name', isDescending: false })
})

it('counts rows by kind, and servers that are up', () => {
  expect(countRows(sampleRows())).toEqual({ frontend: 2, backend: 2, server: 4, listener: 1 })
  expect(serversUp(sampleRows())).toEqual(
    new Map([
      ['app', '1/3'],
      ['shop', '1/1'],
    ]),
  )
})
