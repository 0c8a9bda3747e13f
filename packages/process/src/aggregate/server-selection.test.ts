import { describe, expect, it } from 'vitest'
import { statAnswer } from '../../../../test/support/stat-answer.ts'
import type { StatSettings, StatTablesResult } from './object-tables.ts'
import { defaultPlan, type Plan } from './plan.ts'
import { StatTables } from './stat-tables.ts'

const column = (field: string) => ({ field, merge: 'sum', emptyIsZero: false, counter: false }) as const
const plan: Plan = { ...defaultPlan, frontend: [], backend: [column('scur')], server: [column('scur')] }
const header = ['pxname', 'svname', 'type', 'status', 'stot', 'scur']
const site = statAnswer(header, [
  ['app', 'one', '2', 'UP', '5', '1'],
  ['app', 'two', '2', 'MAINT', '7', '2'],
  ['app', 'slot', '2', 'MAINT (resolution)', '0', '4'],
  ['app', 'BACKEND', '1', 'UP', '12', '7'],
  ['api', 'one', '2', 'no check', '5', '8'],
  ['api', 'slot', '2', 'MAINT (resolution)', '0', '16'],
  ['api', 'BACKEND', '1', 'UP', '5', '24'],
])

function finish(settings: Partial<StatSettings>): StatTablesResult {
  const plain = { aggregateServers: true, serverStates: false, skip: new Set<never>(), serverLimit: 0 }
  const tables = new StatTables({ plan, columns: undefined }, { ...plain, ...settings }, () => undefined)
  tables.begin({ frontends: new Set(), backends: new Set() })
  tables.merge(site, false)
  return tables.finish()
}

function sent({ tables }: StatTablesResult): Record<string, number> {
  return Object.fromEntries(
    tables.flatMap(({ objects, fields, values }) =>
      objects.flatMap(({ path }, row) =>
        fields.map((field, at) => [`${path}.${field}`, values[row * fields.length + at] as number]),
      ),
    ),
  )
}

const all = {
  'backend.app.scur': 7,
  'backend.app.TotalServers': 3,
  'backend.api.scur': 24,
  'backend.api.TotalServers': 2,
  'backend.app.server.one.scur': 1,
  'backend.app.server.two.scur': 2,
  'backend.app.server.slot.scur': 4,
  'backend.api.server.one.scur': 8,
  'backend.api.server.slot.scur': 16,
  'server.one.scur': 9,
  'server.two.scur': 2,
  'server.slot.scur': 20,
}

function without(...paths: (keyof typeof all)[]): Record<string, number> {
  return Object.fromEntries(Object.entries(all).filter(([path]) => !(paths as string[]).includes(path)))
}

describe('servers', () => {
  it('are all sent unless told otherwise', () => {
    expect(sent(finish({}))).toEqual(all)
  })

  it('that are free slots are left out and do not count as servers of their backend', () => {
    const result = finish({ skip: new Set(['unused']) })
    const slots = without('backend.app.server.slot.scur', 'backend.api.server.slot.scur', 'server.slot.scur')
    expect(sent(result)).toEqual({ ...slots, 'backend.app.TotalServers': 2, 'backend.api.TotalServers': 1 })
    expect([result.skipped, result.dropped]).toEqual([2, 0])
  })

  it('in maintenance are left out but count as servers of their backend', () => {
    const result = finish({ skip: new Set(['maint']) })
    const gone = ['app.server.two', 'app.server.slot', 'api.server.slot'].map((name) => `backend.${name}.scur`)
    expect(sent(result)).toEqual(without(...(gone as (keyof typeof all)[]), 'server.two.scur', 'server.slot.scur'))
    expect(result.skipped).toBe(3)
  })

  it('are not sent when there are more than the limit, which the number of those left decides', () => {
    expect(sent(finish({ serverLimit: 5 }))).toEqual(all)
    const dropped = finish({ serverLimit: 4 })
    expect(Object.keys(sent(dropped)).filter((path) => path.includes('server.'))).toEqual([])
    expect(sent(dropped)).toMatchObject({ 'backend.app.TotalServers': 3 })
    expect(dropped.dropped).toBe(5)
    expect(finish({ serverLimit: 4, skip: new Set(['unused']) }).dropped).toBe(0)
  })

  it('are counted by state when that is asked for', () => {
    const found = sent(finish({ serverStates: true }))
    expect(found).toMatchObject({
      'backend.app.servers.up': 1,
      'backend.app.servers.maint': 2,
      'backend.app.servers.down': 0,
      'backend.app.ActiveServersPercentage': 33,
      'backend.api.servers.no_check': 1,
      'backend.api.ActiveServersPercentage': 50,
    })
    expect(sent(finish({ serverStates: true, skip: new Set(['unused']) }))).toMatchObject({
      'backend.app.servers.maint': 1,
      'backend.app.ActiveServersPercentage': 50,
      'backend.api.ActiveServersPercentage': 100,
    })
  })
})
