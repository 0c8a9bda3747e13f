import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { segmentOf } from '../../types/segment.ts'
import type { ObjectName, Table } from '../../types/table.ts'
import { LineEncoder, type LineOptions } from './lines.ts'

const noGroups = { 'frontend-groups': [], 'backend-groups': [], 'server-groups': [] }
const plain: LineOptions = { root: 'lb.haproxy', groupNamespace: undefined, doubleWrites: false, groups: noGroups }

const frontend = (name: string): ObjectName => ({
  path: `frontend.${name}`,
  group: { section: 'frontend-groups', name },
})

function tableOf(objects: readonly ObjectName[], fields: readonly string[], values: readonly number[]): Table {
  return { kind: 'frontend', objects, fields, values: Float64Array.from(values), bigIntegers: new Map() }
}

function encode(options: LineOptions, tables: readonly Table[], timestamp = 1700000000) {
  const { bytes, datapoints } = new LineEncoder(options).encode(tables, timestamp)
  const text = Buffer.from(bytes).toString('latin1')
  const lines = text.split('\n')
  expect(lines.pop()).toBe('')
  expect(datapoints).toBe(lines.length)
  return lines
}

describe('lines', () => {
  it('are path, value and timestamp, row after row', () => {
    const tables = [
      tableOf([frontend('a'), frontend('b')], ['scur', 'rate'], [1, 2.5, -3, 0]),
      tableOf([{ path: 'daemon' }], ['Ulimit-n'], [20]),
    ]
    expect(encode(plain, tables)).toEqual([
      'lb.haproxy.frontend.a.scur 1 1700000000',
      'lb.haproxy.frontend.a.rate 2.5 1700000000',
      'lb.haproxy.frontend.b.scur -3 1700000000',
      'lb.haproxy.frontend.b.rate 0 1700000000',
      'lb.haproxy.daemon.Ulimit-n 20 1700000000',
    ])
  })

  it('are none for what is absent or no number', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 4]
    expect(encode(plain, [tableOf([frontend('a')], ['a', 'b', 'c', 'd'], values)])).toEqual([
      'lb.haproxy.frontend.a.d 4 1700000000',
    ])
    expect(encode(plain, [])).toEqual([])
    expect(encode(plain, [tableOf([], ['a'], []), tableOf([frontend('a')], [], [])])).toEqual([])
  })

  it('have every digit of big integers', () => {
    const table = {
      ...tableOf([frontend('a')], ['a', 'b'], [2 ** 64, 2 ** 60]),
      bigIntegers: new Map([[0, 2n ** 64n - 1n]]),
    }
    expect(encode(plain, [table])).toEqual([
      'lb.haproxy.frontend.a.a 18446744073709551615 1700000000',
      'lb.haproxy.frontend.a.b 1152921504606846976 1700000000',
    ])
  })

  it('have field names that are fit for a path', () => {
    const fields = ['Build info', 'servers.up', 'c\nd e 1 1', '']
    expect(encode(plain, [tableOf([frontend('a')], fields, [1, 2, 3, 4])])).toEqual([
      'lb.haproxy.frontend.a.Build_info 1 1700000000',
      'lb.haproxy.frontend.a.servers.up 2 1700000000',
      'lb.haproxy.frontend.a.c_d_e_1_1 3 1700000000',
      'lb.haproxy.frontend.a._ 4 1700000000',
    ])
  })

  it('are in memory of their own, so that it can be moved and the encoder used again', () => {
    const encoder = new LineEncoder(plain)
    const one = encoder.encode([tableOf([frontend('a')], ['x'], [1])], 1)
    const two = encoder.encode([tableOf([frontend('b')], ['y'], [2])], 2)
    expect(two.bytes.buffer).not.toBe(one.bytes.buffer)
    expect(Buffer.from(one.bytes).toString()).toBe('lb.haproxy.frontend.a.x 1 1\n')
    expect(Buffer.from(two.bytes).toString()).toBe('lb.haproxy.frontend.b.y 2 2\n')
  })

  it('are written into memory that served before, and into more when it is too little', () => {
    const encoder = new LineEncoder(plain)
    const small = tableOf([frontend('a')], ['x'], [1])
    const spare = encoder.encode([small], 1).bytes.buffer
    const again = encoder.encode([small], 12)
    expect(encoder.encode([small], 12, spare).bytes.buffer).toBe(spare)
    expect(Buffer.from(encoder.encode([small], 12, spare).bytes)).toEqual(Buffer.from(again.bytes))
    const names = Array.from({ length: 2000 }, (_, index) => frontend(`${index}`.padStart(150, 'x')))
    const large = tableOf(
      names,
      ['x'],
      names.map((_, index) => index),
    )
    for (const memory of [spare, new ArrayBuffer(300_000), undefined]) {
      const lines = Buffer.from(encoder.encode([large], 12, memory).bytes)
        .toString('latin1')
        .split('\n')
      expect(lines).toHaveLength(2001)
      expect(lines[1999]).toBe(`lb.haproxy.frontend.${'1999'.padStart(150, 'x')}.x 1999 12`)
    }
  })
})

describe('groups', () => {
  const grouped: LineOptions = {
    ...plain,
    groupNamespace: 'flavor',
    groups: {
      'frontend-groups': [
        { name: 'shop', pattern: /^shop/ },
        { name: 'all-shops', pattern: /shop/ },
      ],
      'backend-groups': [{ name: 'apps', pattern: /^app/ }],
      'server-groups': [{ name: 'caches', pattern: /cache\d$/ }],
    },
  }
  const server: ObjectName = {
    path: 'backend.app.server.shop',
    group: { section: 'backend-groups', name: 'app' },
  }
  const aggregated: ObjectName = { path: 'server.cache1', group: { section: 'server-groups', name: 'cache1' } }
  const objects = [frontend('shop1'), frontend('myshop'), frontend('other'), server, aggregated, { path: 'daemon' }]
  const table = tableOf(objects, ['m'], [1, 2, 3, 4, 5, 6])
  const pathsOf = (options: LineOptions) => encode(options, [table]).map((line) => line.split(' ')[0])

  it('stand above the object, the first that matches; objects of none keep their path', () => {
    expect(pathsOf(grouped)).toEqual([
      'lb.haproxy.flavor.shop.frontend.shop1.m',
      'lb.haproxy.flavor.all-shops.frontend.myshop.m',
      'lb.haproxy.frontend.other.m',
      'lb.haproxy.flavor.apps.backend.app.server.shop.m',
      'lb.haproxy.flavor.caches.server.cache1.m',
      'lb.haproxy.daemon.m',
    ])
  })

  it('stand beside the usual path with double writes, with the same values', () => {
    const lines = encode({ ...grouped, doubleWrites: true }, [table])
    expect(lines).toHaveLength(10)
    expect(lines.filter((line) => !line.includes('flavor'))).toEqual(encode(plain, [table]))
    expect(lines.filter((line) => line.includes('flavor'))).toEqual(
      encode(grouped, [table]).filter((line) => line.includes('flavor')),
    )
  })

  it('are not used without a namespace for them', () => {
    expect(pathsOf({ ...grouped, groupNamespace: undefined, doubleWrites: true })).toEqual(pathsOf(plain))
  })
})

const segment = fc.string({ unit: 'binary', maxLength: 250, size: 'max' }).map(segmentOf)
const value = fc.oneof(fc.double(), fc.nat(), fc.constantFrom(Number.NaN, 1e300, 5e-324, -0))

describe('any names and values', () => {
  it('make whole lines that are fit for Graphite', () => {
    const given = fc.record({
      backends: fc.array(fc.tuple(segment, segment), { maxLength: 5 }),
      fields: fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 5 }),
      values: fc.array(value, { minLength: 25, maxLength: 25 }),
      doubleWrites: fc.boolean(),
    })
    fc.assert(
      fc.property(given, ({ backends, fields, values, doubleWrites }) => {
        const objects = backends.map(
          ([backend, server]): ObjectName => ({
            path: `backend.${backend}.server.${server}`,
            group: { section: 'backend-groups', name: backend },
          }),
        )
        const groups = { ...noGroups, 'backend-groups': [{ name: 'g'.repeat(200), pattern: /_/ }] }
        const options = {
          root: `${'n'.repeat(200)}.${'h'.repeat(64)}.haproxy`,
          groupNamespace: 'x',
          doubleWrites,
          groups,
        }
        const table = tableOf(objects, fields, values.slice(0, objects.length * fields.length))
        for (const line of encode(options, [table])) {
          expect(line).toMatch(/^[A-Za-z0-9_:.-]+ -?[0-9]+(\.[0-9]+)? [0-9]+$/)
          expect(line).not.toMatch(/\.\.|^\.|\. /)
          expect(line.split(' ')[0]!.length).toBeLessThan(1024)
        }
      }),
    )
  })

  it('have room for paths and numbers of any length', () => {
    const root = 'level.'.repeat(1000).slice(0, -1)
    const table = tableOf([frontend('x'.repeat(200))], ['y'.repeat(300), 'z'], [5e-324, -1.7e308])
    for (const line of encode(
      { ...plain, root },
      Array.from({ length: 40 }, () => table),
    )) {
      expect(line).toMatch(/^(level\.){1000}frontend\.x{200}\.(y{191}-[0-9a-f]{8}|z) -?[0-9.]+ 1700000000$/)
    }
  })
})
