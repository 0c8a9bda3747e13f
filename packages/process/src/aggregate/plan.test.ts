import { StatsError } from '@haproxystats/core'
import { infoFieldByName, moduleFields, statFieldByName, statFields } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { objectKinds } from './kinds.ts'
import { defaultLists } from './metric-lists.ts'
import { planOf, selectableFields } from './plan.ts'
import { variants } from './variants.ts'

const settings = (...lines: string[]) => parseConfiguration(`[process]\n${lines.join('\n')}\n`).process
const plan = (...lines: string[]) => planOf(settings(...lines))
const names = (columns: readonly { field: string }[]) => columns.map(({ field }) => field)

describe('without lists', () => {
  it.each([...objectKinds, 'daemon'] as const)('the %s columns are the default list, with its arithmetic', (kind) => {
    const columns = plan()[kind]
    expect(columns.map(({ field, merge }) => [field, merge])).toEqual(
      defaultLists[kind].map(({ name, merge }) => [name, merge]),
    )
  })

  it('an empty cell counts as 0, but for times; a line that a process does not print does not', () => {
    const { backend, server, daemon } = plan()
    const times = /^[qcrt]time$/
    for (const { field, emptyIsZero, weight } of [...backend, ...server]) {
      expect(emptyIsZero, field).toBe(!times.test(field))
      expect(weight, field).toBe(times.test(field) ? 'stot' : undefined)
    }
    expect(daemon.filter(({ emptyIsZero }) => emptyIsZero)).toEqual([])
  })

  it('only counters may pass 2^63', () => {
    const counters = (columns: readonly { field: string; counter: boolean }[]) =>
      names(columns.filter(({ counter }) => counter))
    expect(counters(plan().frontend)).toContain('bin')
    expect(counters(plan().frontend)).not.toContain('scur')
    expect(counters(plan().daemon)).toContain('CumReq')
    expect(counters(plan().daemon)).not.toContain('CurrConns')
  })
})

describe('with lists', () => {
  it('the columns are exactly the listed ones, each once, in their order; other kinds keep their defaults', () => {
    const { frontend, backend, server } = plan('frontend-metrics = stot bin stot')
    expect(names(frontend)).toEqual(['stot', 'bin'])
    expect(backend).toEqual(plan().backend)
    expect(server).toEqual(plan().server)
  })

  it('a field of the default list keeps its arithmetic, others merge as the table says', () => {
    const { server } = plan('server-metrics = weight qtime check_duration act qlimit lastsess')
    expect(server.map(({ field, merge, emptyIsZero }) => [field, merge, emptyIsZero])).toEqual([
      ['weight', 'mean', true],
      ['qtime', 'mean-with-traffic', false],
      ['check_duration', 'max', false],
      ['act', 'mean', false],
      ['qlimit', 'limit-unless-empty', false],
      ['lastsess', 'min-age', false],
    ])
  })

  it('columns of modules can be listed', () => {
    expect(plan('frontend-metrics = h1_open_connections').frontend).toEqual([
      { field: 'h1_open_connections', merge: 'sum', emptyIsZero: false, counter: false },
    ])
  })

  it.each(objectKinds)('all are all that %ss can send, and more may stand beside it', (kind) => {
    const columns = names(plan(`${kind}-metrics = scur all`)[kind])
    expect([...columns].sort()).toEqual([...selectableFields(kind)].sort())
    expect(columns[0]).toBe('scur')
    expect(columns.length).toBeGreaterThan(50)
  })

  it.each([
    ['frontend-metrics', 'nosuch'],
    ['frontend-metrics', 'check_duration'],
    ['backend-metrics', 'status'],
    ['server-metrics', 'pid'],
    ['server-metrics', 'type'],
    ['server-metrics', 'constructor'],
    ['server-metrics', '__proto__'],
    ['server-metrics', 'TotalServers'],
  ])('%s refuses %s, which cannot be sent', (option, name) => {
    const attempt = () => planOf({ ...settings(), [option]: ['scur', name] })
    expect(attempt).toThrow(StatsError)
    expect(attempt).toThrow(`${option}: ${name} is not`)
  })
})

describe.each(objectKinds)('what %ss can send', (kind) => {
  const letter = kind.charAt(0).toUpperCase()
  const sendable = selectableFields(kind)

  it('is every number that the table has for them', () => {
    const missing = [...statFields, ...moduleFields]
      .filter(({ objects, type }) => (objects as string).includes(letter) && type !== 'str')
      .filter(({ name }) => !sendable.includes(name))
    for (const { name, merge } of missing) expect(merge, name).toMatch(/^(key|none|distinct)$/)
  })

  it('is made of known fields only, each once', () => {
    expect(new Set(sendable).size).toBe(sendable.length)
    const beside = new Set(variants.map(({ name }) => name))
    expect(sendable.filter((name) => !statFieldByName.has(name) && !beside.has(name))).toEqual([])
  })

  it('has all of the default list', () => {
    for (const { name } of defaultLists[kind]) expect(sendable).toContain(name)
  })
})

it('knows every daemon column', () => {
  expect(names(plan().daemon).filter((name) => !infoFieldByName.has(name))).toEqual([])
})
