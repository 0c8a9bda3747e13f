import { parseInfo } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { allRecorded } from '../../../../test/support/recorded.ts'
import { mergeInfo } from './merge-info.ts'

const infoOf = (lines: Record<string, string | number>) =>
  new Map(Object.entries(lines).map(([name, value]) => [name, String(value)]))

/** The value of one line over processes that print these. */
const merged = (name: string, processes: readonly Record<string, string | number>[]) =>
  mergeInfo(processes.map(infoOf), []).get(name)

describe('means of show info', () => {
  it.each([
    [
      'by threads',
      [
        { Idle_pct: 90, Nbthread: 3 },
        { Idle_pct: 50, Nbthread: 1 },
      ],
      '80',
    ],
    ['of HAProxy 1.8 and older, which do not say how many threads', [{ Idle_pct: 66 }, { Idle_pct: 100 }], '83'],
    ['of an old and a new release', [{ Idle_pct: 90 }, { Idle_pct: 50, Nbthread: 3 }], '60'],
    ['but of none that is stopping', [{ Idle_pct: 66 }, { Idle_pct: 100, Stopping: 1 }], '66'],
  ])('weigh Idle_pct %s', (_, processes, mean) => expect(merged('Idle_pct', processes)).toBe(mean))

  it('are plain where nothing weighs', () => {
    const name = 'SslFrontendSessionReuse_pct'
    expect(
      merged(name, [
        { [name]: 0, SslRate: 0 },
        { [name]: 0, SslRate: 0 },
      ]),
    ).toBe('0')
    expect(
      merged(name, [
        { [name]: 40, SslRate: 0 },
        { [name]: 80, SslRate: 0 },
      ]),
    ).toBe('60')
    expect(
      merged(name, [
        { [name]: 0, SslRate: 0 },
        { [name]: 80, SslRate: 5 },
      ]),
    ).toBe('80')
  })
})

describe('several processes', () => {
  it('are all named by their nodes and descriptions, each once', () => {
    const processes = ['paris', 'rome', 'paris'].map((node) => ({ node, description: `in ${node}` }))
    expect(merged('node', processes)).toBe('paris / rome')
    expect(merged('description', processes)).toBe('in paris / in rome')
    expect(merged('description', [{ node: 'a' }, { description: 'one' }])).toBe('one')
  })

  it.each(['MaxConnRate', 'MaxSessRate', 'MaxSslRate', 'SslFrontendMaxKeyRate', 'SslBackendMaxKeyRate'])(
    'have the %s of those that run, unless one that is stopping had more',
    (name) => {
      const running = [{ [name]: 10 }, { [name]: 20 }]
      expect(merged(name, running)).toBe('30')
      expect(merged(name, [...running, { [name]: 25, Stopping: 1 }])).toBe('30')
      expect(merged(name, [{ [name]: 40, Stopping: 1 }, ...running, { [name]: 50, Stopping: 1 }])).toBe('50')
    },
  )
})

describe('show info of one process', () => {
  it.each(allRecorded)('of $name is served line by line, with counters of ended processes or without', ({ info }) => {
    const printed = parseInfo(info)
    for (const carried of [[], [infoOf({ CumReq: 0 })]]) {
      expect([...mergeInfo([printed], carried)]).toEqual([...printed])
    }
  })
})
