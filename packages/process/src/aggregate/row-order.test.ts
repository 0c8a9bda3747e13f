import { describe, expect, it } from 'vitest'
import type { RowKind } from './kinds.ts'
import { orderOf } from './row-order.ts'

const rows = (...keys: string[]) =>
  keys.map((key) => {
    const kinds: Record<string, RowKind> = { f: 'frontend', l: 'listener', s: 'server', b: 'backend' }
    const [kind = '', pxname = ''] = key.split(':')
    return { kind: kinds[kind] as RowKind, pxname }
  })

describe('orderOf', () => {
  it('has nothing to do for rows as HAProxy prints them', () => {
    expect(orderOf(rows('f:a', 'l:a', 's:a', 's:a', 'b:a', 'f:b', 'b:c'))).toBeUndefined()
    expect(orderOf([])).toBeUndefined()
  })

  it('puts rows to those of their proxy, in the order in which they came', () => {
    const order = orderOf(rows('f:a', 's:b', 'b:b', 'l:a', 's:b', 'b:d', 'b:a'))
    expect(Array.from(order ?? [])).toEqual([0, 3, 6, 1, 4, 2, 5])
  })
})
