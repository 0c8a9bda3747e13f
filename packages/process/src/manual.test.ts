import { moduleFields } from '@haproxystats/haproxy'
import { describe, expect, it } from 'vitest'
import { objectKinds } from './aggregate/kinds.ts'
import { chosenKinds, planOf, selectableFields } from './aggregate/plan.ts'
import { mergeText, renderMetrics } from './manual.ts'

const moduleNames = new Set<string>(moduleFields.map(({ name }) => name))

it('the chapter on metrics has every metric that can be sent, once', () => {
  const rows = renderMetrics()
    .split('\n')
    .flatMap((line) => /^\| (?:\*\*)?`([^`]+)`/.exec(line)?.[1] ?? [])
  for (const kind of chosenKinds) for (const name of selectableFields(kind)) expect(rows, kind).toContain(name)
  expect(new Set(rows).size).toBe(rows.length)
})

describe('how a metric is merged over processes', () => {
  const rows = new Map(
    renderMetrics()
      .split('\n')
      .flatMap((line) => {
        const cells = line.split(' | ')
        const name = /^\| (?:\*\*)?`([^`]+)`/.exec(line)?.[1]
        return name === undefined ? [] : [[name, cells] as const]
      }),
  )
  const running = 'over processes that are not stopping'

  it.each([
    ['stot', 'sum', 'sum'],
    ['slim', 'sum', `sum ${running}; 0, no limit, when one has none`],
    ['rate_lim', 'sum', `sum ${running}; 0, no limit, when one has none`],
    ['chkfail', 'sum', 'largest'],
    ['chkdown', 'sum', 'largest'],
    ['downtime', 'B: sum; S: largest', 'largest'],
    ['smax', 'sum', `sum ${running}; the value of one that is when that is larger`],
    [
      'rtime',
      'mean over processes in which the object had sessions',
      `mean ${running}, weighted by \`stot\`; plain without any`,
    ],
    ['check_code', 'of the first process that is not stopping', 'of the process whose status is shown'],
    ['weight', `mean ${running}`, `mean ${running}`],
  ])('is said of %s for Graphite and for what is served', (name, graphite, served) => {
    expect(rows.get(name)?.slice(3, 5)).toEqual([graphite, served])
  })

  it.each([
    ['Uptime_sec', `mean ${running}`, 'smallest'],
    ['Idle_pct', `mean ${running}`, `mean ${running}, weighted by \`Nbthread\`; plain without any`],
    ['Maxconn', 'sum', `sum ${running}`],
    ['CumReq', 'sum', 'sum'],
  ])('is said of the line %s for both', (name, graphite, served) => {
    expect(rows.get(name)?.slice(2, 4)).toEqual([graphite, served])
  })

  it('is as the program merges, kind by kind', () => {
    for (const kind of objectKinds) {
      for (const { field, cell, merge } of planOf({ [`${kind}-metrics`]: ['all'] })[kind]) {
        if (cell !== undefined || moduleNames.has(field)) continue
        const [, , , graphite = ''] = rows.get(field) ?? []
        const parts = graphite.split('; ').filter((part) => /^[FBS ]+: /.test(part))
        const letter = kind.charAt(0).toUpperCase()
        const own = parts.length === 0 ? graphite : parts.find((part) => part.split(': ')[0]?.includes(letter))
        expect([field, own?.replace(/^[FBS ]+: /, '')]).toEqual([field, mergeText({ merge })])
      }
    }
  })
})
