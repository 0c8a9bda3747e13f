import v8 from 'node:v8'
import { StatsError } from '@haproxystats/core'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { release } from '../../../../test/support/recorded.ts'
import { statAnswer } from '../../../../test/support/stat-answer.ts'
import { segmentOf, shortHash } from '../types/segment.ts'
import type { Table } from '../types/table.ts'
import type { Excluded } from './object-tables.ts'
import { planOf } from './plan.ts'
import { StatTables } from './stat-tables.ts'

const nothing: Excluded = { frontends: new Set(), backends: new Set() }
const columns = ['pxname', 'svname', 'type', 'scur', 'stot', 'bin', 'weight', 'qtime', 'slim']
const plan = planOf(
  parseConfiguration(`[process]
frontend-metrics = scur stot bin
backend-metrics = scur bin qtime
server-metrics = scur stot bin weight qtime`).process,
)

interface Row {
  readonly px: string
  readonly sv: string
  readonly type: string
  readonly values: readonly string[]
}

const row = (px: string, sv: string, type: string, ...values: string[]): Row => ({ px, sv, type, values })
const answerOf = (rows: readonly Row[]) =>
  statAnswer(
    [...columns, 'iid', 'sid'],
    rows.map(({ px, sv, type, values }, index) => {
      const cells = [px, sv, type, ...values, '', '', '', '', '', ''].slice(0, columns.length)
      return [...cells, '1', String(index)]
    }),
  )

/** One process's rows, and whether it is stopping. */
interface Process {
  readonly rows: readonly Row[]
  readonly stopping?: boolean
}

function tablesOf(tables: StatTables, processes: readonly Process[], excluded = nothing): Table[] {
  tables.begin(excluded)
  for (const { rows, stopping = false } of processes) tables.merge(answerOf(rows), stopping)
  return tables.finish().tables
}

const plain = { aggregateServers: false, serverStates: false, skip: new Set<never>(), serverLimit: 0 }

const fresh = (aggregateServers = false, onCollision = (_kept: string, _altered: string) => {}) =>
  new StatTables({ plan, columns: undefined }, { ...plain, aggregateServers }, onCollision)

/** Everything that is sent, by path: exact numbers as text. */
function sent(tables: readonly Table[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { objects, fields, values, bigIntegers } of tables) {
    expect(values).toHaveLength(objects.length * fields.length)
    for (const [index, value] of values.entries()) {
      if (Number.isNaN(value)) continue
      const path = `${objects[Math.floor(index / fields.length)]!.path}.${fields[index % fields.length]}`
      expect(found, 'a path is sent once').not.toHaveProperty([path])
      found[path] = String(bigIntegers.get(index) ?? value)
    }
  }
  return found
}

const sentOnce = (...processes: (readonly Row[])[]) =>
  sent(
    tablesOf(
      fresh(),
      processes.map((rows) => ({ rows })),
    ),
  )

describe('rows', () => {
  it('go to tables by their type, whatever they are called', () => {
    const rows = [
      row('web', 'FRONTEND', '0', '1', '2', '3'),
      row('web', 'sock-1', '3', '9', '9', '9'),
      row('web', 'FRONTEND', '2', '4'),
      row('web', 'BACKEND', '2', '5'),
      row('web', 'BACKEND', '1', '6', '', '7'),
    ]
    expect(sentOnce(rows)).toEqual({
      'frontend.web.scur': '1',
      'frontend.web.stot': '2',
      'frontend.web.bin': '3',
      'backend.web.scur': '6',
      'backend.web.bin': '7',
      'backend.web.TotalServers': '2',
      'backend.web.server.FRONTEND.scur': '4',
      'backend.web.server.FRONTEND.stot': '0',
      'backend.web.server.FRONTEND.bin': '0',
      'backend.web.server.FRONTEND.weight': '0',
      'backend.web.server.BACKEND.scur': '5',
      'backend.web.server.BACKEND.stot': '0',
      'backend.web.server.BACKEND.bin': '0',
      'backend.web.server.BACKEND.weight': '0',
    })
  })

  it('of one name are merged over processes', () => {
    const found = sentOnce(
      [row('b', 's', '2', '1', '10', '9007199254740993', '5', '100'), row('b', 'BACKEND', '1', '1')],
      [
        row('b', 's', '2', '2', '30', '9007199254740993', '7', '200'),
        row('b', 't', '2'),
        row('b', 'BACKEND', '1', '2'),
      ],
      [row('b', 's', '2', '3', '0', '', '9', '900')],
    )
    expect(found).toMatchObject({
      'backend.b.server.s.scur': '6',
      'backend.b.server.s.stot': '40',
      'backend.b.server.s.bin': '18014398509481986',
      'backend.b.server.s.weight': '7',
      'backend.b.server.s.qtime': '150',
      'backend.b.scur': '3',
      'backend.b.TotalServers': '2',
    })
    expect(found).not.toHaveProperty(['backend.b.server.t.qtime'])
  })

  it('are found by the name of their column, in any order of columns', () => {
    const tables = fresh()
    tables.begin(nothing)
    tables.merge(statAnswer(['pxname', 'svname', 'type', 'scur', 'stot'], [['f', 'FRONTEND', '0', '1', '2']]), false)
    tables.merge(
      statAnswer(['pxname', 'svname', '-', 'stot', 'type', 'scur'], [['f', 'FRONTEND', '-', '20', '0', '10']]),
      false,
    )
    expect(sent(tables.finish().tables)).toEqual({ 'frontend.f.scur': '11', 'frontend.f.stot': '22' })
  })

  it('of types that nobody knows are left out', () => {
    const types = ['3', '4', '', '00', '2x', ' 0', 'constructor', '__proto__', 'toString', '-']
    expect(sentOnce(types.map((type) => row('x', 'y', type, '1')))).toEqual({})
  })

  it('are not taken for others that differ only behind the first letter of their type', () => {
    const rows = [row('a.b', '', '12', '1'), row('a.b', '', '1', '1')]
    expect(sentOnce(rows)).toEqual(sentOnce(rows.toReversed()))
    expect(sentOnce(rows)).toHaveProperty(['backend.a_b.scur'], '1')
  })

  it('are not taken for a row that was there before, because their type begins alike', () => {
    const tables = fresh()
    tablesOf(tables, [{ rows: [row('b', 's', '2', '1'), row('b', 'BACKEND', '1', '1')] }])
    const rows = [row('b', 's', '2x', '1'), row('b', 'BACKEND', '12', '1')]
    expect(sent(tablesOf(tables, [{ rows }]))).toEqual({})
  })

  it('of a process that is stopping count in sums, not in means', () => {
    const limits = planOf({ ...parseConfiguration('').process, 'server-metrics': ['act', 'scur'] })
    const tables = new StatTables({ plan: limits, columns: undefined }, plain, () => {})
    const header = ['pxname', 'svname', 'type', 'scur', 'act']
    tables.begin(nothing)
    tables.merge(statAnswer(header, [['b', 's', '2', '1', '1']]), false)
    tables.merge(statAnswer(header, [['b', 's', '2', '2', '0']]), true)
    expect(sent(tables.finish().tables)).toEqual({ 'backend.b.server.s.act': '1', 'backend.b.server.s.scur': '3' })
  })

  it('of a frontend or backend that is called otherwise are still its only ones', () => {
    const rows = [
      row('a.b', 'FRONTEND', '0', '1'),
      row('a.b', 'other', '0', '2'),
      row('a.b', 'x', '1'),
      row('a.b', 'y', '1'),
    ]
    expect(sentOnce(rows)).toMatchObject({ 'frontend.a_b.scur': '3', 'backend.a_b.TotalServers': '0' })
  })

  it('may be servers without the row of their backend', () => {
    expect(Object.keys(sentOnce([row('gone', 's.1', '2', '1')]))).toContain('backend.gone.server.s_1.scur')
  })
})

describe('excluded proxies', () => {
  const rows = [
    row('a.b', 'FRONTEND', '0', '1'),
    row('a.b', 's', '2', '1'),
    row('a.b', 'BACKEND', '1', '1'),
    row('c', 'FRONTEND', '0', '1'),
    row('c', 's', '2', '2'),
    row('c', 'BACKEND', '1', '1'),
  ]
  const objectsOf = (tables: StatTables, excluded: Excluded) => [
    ...new Set(tablesOf(tables, [{ rows }], excluded).flatMap(({ objects }) => objects.map(({ path }) => path))),
  ]

  it('are left out with their servers, by the name HAProxy knows, frontends and backends apart', () => {
    const tables = fresh(true)
    const withoutBackend = { frontends: new Set<string>(), backends: new Set(['a.b']) }
    expect(objectsOf(tables, withoutBackend)).toEqual([
      'frontend.a_b',
      'frontend.c',
      'backend.c',
      'backend.c.server.s',
      'server.s',
    ])
    expect(sent(tablesOf(tables, [{ rows }], withoutBackend))).toMatchObject({ 'server.s.scur': '2' })
    expect(objectsOf(tables, { frontends: new Set(['a.b', 'a_b']), backends: new Set(['a_b']) })).toContain(
      'backend.a_b',
    )
  })

  it('are taken up again when they are no longer excluded', () => {
    const tables = fresh()
    expect(objectsOf(tables, { frontends: new Set(['c']), backends: new Set() })).not.toContain('frontend.c')
    expect(objectsOf(tables, nothing)).toContain('frontend.c')
  })
})

describe('servers over all backends', () => {
  it('are merged by name, grouped by their own, and kept apart when they look alike', () => {
    const rows = [row('a', 's.1', '2', '1', '5'), row('b', 's.1', '2', '2', '6'), row('b', 's_1', '2', '4', '7')]
    const altered = `s_1-${shortHash('s.1')}`
    const tables = tablesOf(fresh(true), [{ rows }, { rows }])
    expect(sent(tables)).toMatchObject({
      [`server.${altered}.scur`]: '6',
      [`server.${altered}.stot`]: '22',
      'server.s_1.scur': '8',
      'backend.a.server.s_1.scur': '2',
      [`backend.b.server.${altered}.scur`]: '4',
      'backend.b.server.s_1.scur': '8',
    })
    expect(tables.at(-1)?.kind).toBe('aggregated-server')
    expect(tables.at(-1)?.objects[0]?.group).toEqual({ section: 'server-groups', name: altered })
  })
})

it('tells of names that look alike, once for as long as it remembers', () => {
  const told: string[] = []
  const tables = fresh(false, (kept, altered) => told.push(`${kept}; ${altered}`))
  const rows = [row('a.b', 'FRONTEND', '0'), row('a_b', 'FRONTEND', '0'), row('a_b', 'BACKEND', '1')]
  for (let snapshot = 0; snapshot < 3; snapshot++) tablesOf(tables, [{ rows }])
  expect(told).toEqual([`a_b; a.b as a_b-${shortHash('a.b')}`])
})

it('keeps the objects of one name the same, so that caches may hold them', () => {
  const { stat } = release('2.6.12-quoted')
  const tables = fresh(true)
  const objects = () => {
    tables.begin(nothing)
    tables.merge(stat, false)
    return tables.finish().tables.flatMap((table) => table.objects)
  }
  const before = objects()
  expect(before.length).toBeGreaterThan(10)
  for (const [index, object] of objects().entries()) expect(object).toBe(before[index])
})

describe('an answer that is malformed', () => {
  const good = [row('web', 'FRONTEND', '0', '5'), row('b', 's', '2', '1'), row('b', 'BACKEND', '1', '1')]
  const broken = answerOf(good).subarray(0, -1)

  it('is refused, and leaves no trace in the next snapshot', () => {
    const tables = fresh(true)
    tables.begin(nothing)
    tables.merge(answerOf(good), false)
    expect(() => tables.merge(broken, false)).toThrow(StatsError)
    expect(sent(tablesOf(tables, [{ rows: good }]))).toEqual(sent(tablesOf(fresh(true), [{ rows: good }])))
  })
})

const cell = fc.oneof(
  { weight: 4, arbitrary: fc.nat(1000).map(String) },
  fc.constantFrom('', '0', '-1', 'UP 1/3', '2.5', '9007199254740993', '18446744073709551613'),
)
const px = fc.constantFrom('a', 'a.b', 'a_b', 'a b', `a_b-${shortHash('a.b')}`, '', '__proto__', 'constructor', 'b,"c')
const sv = fc.constantFrom(
  'FRONTEND',
  'BACKEND',
  's.1',
  's_1',
  's 1',
  't',
  '',
  '__proto__',
  '\xc3\xa9',
  '\xe9',
  'x\n\ny',
)
const type = fc.constantFrom('0', '1', '2', '2', '3', '', '12')
const anyRow = fc.record({ px, sv, type, values: fc.array(cell, { maxLength: 6 }) })
const snapshot = fc.array(fc.record({ rows: fc.array(anyRow, { maxLength: 12 }), stopping: fc.boolean() }), {
  minLength: 1,
  maxLength: 3,
})

it('more names than there is memory for end the work before V8 ends the program', () => {
  const statistics = vi.spyOn(v8, 'getHeapStatistics')
  onTestFinished(() => statistics.mockRestore())
  const rows = Array.from({ length: 70_000 }, (_, index) => `p${index},FRONTEND,1,0,\n`).join('')
  const answer = Buffer.from(`# pxname,svname,scur,type,\n${rows}\n`)
  const merge = () => {
    const tables = fresh()
    tables.begin(nothing)
    tables.merge(answer, false)
    return tables.rows.frontend
  }
  expect(merge()).toBe(70_000)
  expect(statistics).toHaveBeenCalled()
  const used = 60 * 1024 ** 2
  const limit = 64 * 1024 ** 2
  statistics.mockReturnValue({ ...v8.getHeapStatistics(), used_heap_size: used, heap_size_limit: limit })
  expect(merge).toThrow(expect.objectContaining({ code: 'WORKER', message: expect.stringContaining('worker-memory') }))
})

describe('any snapshots', () => {
  it('give the same after others as by themselves', () => {
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 3 }), snapshot, (before, last) => {
        const used = fresh(true)
        for (const earlier of before) tablesOf(used, earlier)
        const [found, expected] = [tablesOf(used, last), tablesOf(fresh(true), last)]
        expect(found).toEqual(expected)
        expect(used.rows).toEqual({
          frontend: found[0]!.objects.length,
          backend: found[1]!.objects.length,
          server: found[2]!.objects.length,
        })
      }),
      { numRuns: 200 },
    )
  })

  // A backend without a name once shared its names with the servers that are merged over backends.
  const server = (px: '' | 'a', sv: 's_1' | 's 1' | 's.1') => ({ px, sv, type: '2' as const, values: [] as string[] })

  it('give the same when rows are only reordered, added and removed', () => {
    const rows = fc.uniqueArray(anyRow, { maxLength: 10, selector: ({ px: p, sv: s, type: t }) => `${p}\0${s}\0${t}` })
    const changed = rows.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given), rows))
    fc.assert(
      fc.property(changed, ([given, some, others]) => {
        const used = fresh(true)
        tablesOf(used, [{ rows: given }])
        for (const next of [[...some, ...others], [...others, ...some], some, [...some].reverse()]) {
          expect(tablesOf(used, [{ rows: next }])).toEqual(tablesOf(fresh(true), [{ rows: next }]))
        }
      }),
      { numRuns: 100, examples: [[[[server('', 's_1')], [], [server('', 's 1'), server('a', 's.1')]]]] },
    )
  })

  // Found by this property: 2.5 + 510 + 9007199254740993.
  const many = [server('a', 's.1'), server('a', 's.1')].map((row, index) => {
    return { ...row, values: [['510'], ['9007199254740993']][index]! }
  })
  const few = [{ ...server('a', 's.1'), values: ['2.5'] }]
  const processes = [few, many].map((rows) => ({ rows, stopping: false }))
  const fractionBesideBigIntegers: [[typeof processes, (typeof many)[]]] = [[processes, [few, many]]]

  it('send the same in any order of processes and rows', () => {
    const orders = snapshot.chain((processes) =>
      fc.tuple(
        fc.constant(processes),
        fc.tuple(...processes.map(({ rows }) => fc.shuffledSubarray(rows, { minLength: rows.length }))),
      ),
    )
    fc.assert(
      fc.property(orders, ([processes, shuffled]) => {
        const other = processes.map(({ stopping }, index) => ({ stopping, rows: shuffled[index]! })).reverse()
        const [one, two] = [sent(tablesOf(fresh(true), processes)), sent(tablesOf(fresh(true), other))]
        expect(Object.keys(two).sort()).toEqual(Object.keys(one).sort())
        // A fraction beside numbers beyond 2^53 is rounded at each step, so a sum may differ by its last bit.
        for (const [path, value] of Object.entries(one)) {
          const tolerance = Math.max(5e-7, Math.abs(Number(value)) * Number.EPSILON)
          expect(Math.abs(Number(two[path]) - Number(value)), path).toBeLessThanOrEqual(tolerance)
        }
      }),
      { numRuns: 100, examples: [fractionBesideBigIntegers] },
    )
  })

  it('send every path once, made of segments that are fit for it', () => {
    fc.assert(
      fc.property(snapshot, (processes) => {
        for (const path of Object.keys(sent(tablesOf(fresh(true), processes)))) {
          expect(path).toMatch(/^(frontend|backend|server)(\.[A-Za-z0-9_:-]{1,200}){2,4}$/)
        }
      }),
      { numRuns: 100 },
    )
  })
})

it('finds the objects of a recorded answer', () => {
  const tables = fresh()
  tables.begin(nothing)
  tables.merge(release('1.5.0').stat, false)
  const [frontends, backends, servers] = tables.finish().tables.map(({ objects }) => objects.map(({ path }) => path))
  expect(frontends).toEqual(['web', 'both', 'tcpl', 'st'].map((name) => `frontend.${name}`))
  expect(backends).toEqual(['web', 'both', 'tcpl', 'st'].map((name) => `backend.${name}`))
  expect(servers).toEqual([
    ...['s1', 's2', 's3', 'BACKEND', 'FRONTEND', 'ag', 'slow'].map((name) => `backend.web.server.${segmentOf(name)}`),
    'backend.both.server.x',
    'backend.tcpl.server.y',
  ])
})
