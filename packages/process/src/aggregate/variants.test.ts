import { statFieldByName } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { statAnswer } from '../../../../test/support/stat-answer.ts'
import { planOf } from './plan.ts'
import { StatTables } from './stat-tables.ts'
import { variants } from './variants.ts'

describe.each(variants)('$name', ({ name, field, kinds, weight }) => {
  it('is made of a field that its objects have, under a name of its own', () => {
    expect(statFieldByName.has(name)).toBe(false)
    for (const kind of kinds) expect(statFieldByName.get(field)?.objects).toContain(kind.charAt(0).toUpperCase())
    if (weight !== undefined) expect(statFieldByName.has(weight)).toBe(true)
  })
})

it('are sent beside what haproxystats 0.5.2 sent, when they are listed', () => {
  const names = ['default', 'rtime_weighted', 'chkfail_max', 'downtime_max']
  const settings = { aggregateServers: false, serverStates: false, skip: new Set<never>(), serverLimit: 0 }
  const tables = new StatTables(
    { plan: planOf({ 'server-metrics': names }), columns: undefined },
    settings,
    () => undefined,
  )
  const header = ['pxname', 'svname', 'type', 'stot', 'rtime', 'chkfail', 'downtime']
  tables.begin({ frontends: new Set(), backends: new Set() })
  tables.merge(statAnswer(header, [['b', 's', '2', '90', '10', '3', '7']]), false)
  tables.merge(statAnswer(header, [['b', 's', '2', '10', '20', '1', '9']]), false)
  tables.merge(statAnswer(header, [['b', 's', '2', '0', '0', '2', '']]), false)
  const { fields, values } = tables.finish().tables.find(({ kind }) => kind === 'server')!
  const found = Object.fromEntries(fields.map((field, at) => [field, values[at]]))
  expect(found).toMatchObject({ rtime: 15, rtime_weighted: 11, chkfail: 6, chkfail_max: 3, downtime_max: 9 })
  expect(found).not.toHaveProperty('downtime')
})
