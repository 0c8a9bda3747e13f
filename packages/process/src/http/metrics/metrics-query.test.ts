import { describe, expect, it } from 'vitest'
import { type MetricsQuery, parseMetricsQuery, scopes } from './metrics-query.ts'

const parsed = (text: string) => parseMetricsQuery(new URLSearchParams(text)) as MetricsQuery
const all = Object.keys(scopes)

describe('scope', () => {
  it.each([
    ['', all],
    ['scope=server', ['server']],
    ['scope=frontend&scope=backend', ['frontend', 'backend']],
    ['scope=', []],
    ['scope=*', all],
    ['scope=*&scope=', []],
    ['scope=server&scope=&scope=global', ['global']],
    ['scope=sticktable&scope=resolver', ['sticktable', 'resolver']],
    ['scope=haproxystats', ['haproxystats']],
  ])('%s', (query, expected) => expect([...parsed(query).scopes]).toEqual(expected))
})

describe('metrics', () => {
  it.each([
    ['', { a: true, b: true }],
    ['metrics=a', { a: true, b: false }],
    ['metrics=-a', { a: false, b: true }],
    ['metrics=a,-b', { a: true, b: false, c: false }],
    ['metrics=a&metrics=b', { a: true, b: true, c: false }],
    ['metrics=a,-a', { a: false, b: false }],
    ['metrics=-a,a', { a: true, b: false }],
    ['metrics=,,-,', { a: true }],
    ['metrics=constructor', { constructor: true, a: false }],
  ])('%s', (query, expected) => {
    const { wants } = parsed(query)
    for (const [name, wanted] of Object.entries(expected)) expect([name, wants(name)]).toEqual([name, wanted])
  })
})

it('reads the switches, with and without a value', () => {
  expect(parsed('no-maint&extra-counters=1&process=lb1&process=lb2')).toMatchObject({
    withoutMaintenance: true,
    extraCounters: true,
    processes: ['lb1', 'lb2'],
  })
  expect(parsed('desc-labels')).toMatchObject({ withoutMaintenance: false, descriptions: true, processes: [] })
  expect(parsed('')).toMatchObject({ withoutMaintenance: false, extraCounters: false, descriptions: false })
})

it.each(['blah=1', '__proto__=1', 'scopes=frontend', 'constructor'])('ignores %s, as the exporter does', (query) => {
  expect({ ...parsed(query), wants: undefined }).toEqual({ ...parsed(''), wants: undefined })
})

it.each([
  ['scope=fronted', '/metrics has no scope "fronted", did you mean frontend; there are: global, frontend,'],
  ['scope=constructor', '/metrics has no scope "constructor"; there are: global,'],
])('says what is wrong with %s', (query, sentence) =>
  expect(parseMetricsQuery(new URLSearchParams(query))).toContain(sentence),
)
