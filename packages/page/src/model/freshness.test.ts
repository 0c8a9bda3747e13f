import { expect, it } from 'vitest'
import { freshnessOf, warningOf } from './freshness.ts'
import type { Knowledge } from './knowledge.ts'
import { noRows } from './row.ts'

const snapshot = 1_700_000_000

function knowledge(change: Partial<Knowledge> = {}, overview: object = {}): Knowledge {
  const problemCounts = { critical: 0, warning: 0, info: 0 }
  const its = {
    snapshot,
    now: snapshot,
    interval: 10,
    stale: false,
    complete: true,
    missing: [],
    sources: [],
    totals: {},
  }
  return {
    overview: { ...its, problems: [], problemCounts, ...overview },
    ...{ rows: noRows, answeredAt: 0, clockAhead: 0, lost: undefined, isTold: true },
    ...change,
  }
}

it('is fresh as long as no more than three snapshots are missing', () => {
  expect(freshnessOf(knowledge(), (snapshot + 29) * 1000)).toBe('fresh')
  expect(warningOf(knowledge(), (snapshot + 29) * 1000)).toBeUndefined()
  expect(freshnessOf(knowledge(), (snapshot + 31) * 1000)).toBe('stale')
  expect(warningOf(knowledge(), (snapshot + 95) * 1000)).toContain('1m35s old')
  expect(freshnessOf(knowledge({}, { stale: true }), snapshot * 1000)).toBe('stale')
})

it('says why there is no newer snapshot as the server does, and does not guess', () => {
  const at = (snapshot + 95) * 1000
  expect(warningOf(knowledge(), at)).toBe('Stale: the newest snapshot is 1m35s old, one is expected every 10 seconds.')
  const detail = 'one is expected every 10 s: haproxystats-pull runs and is suspended, because its queue is full'
  const problems = [
    { severity: 'critical', key: 'snapshot', title: 'The newest snapshot is 95 s old', detail, since: null },
  ]
  expect(warningOf(knowledge({}, { problems }), at)).toBe(`Stale: the newest snapshot is 1m35s old, ${detail}.`)
})

it('goes by the clock of the server, wrong as that of the reader may be', () => {
  expect(freshnessOf(knowledge({ clockAhead: -3600 }), (snapshot + 3605) * 1000)).toBe('fresh')
})

it('knows lost from stale, and neither without a snapshot', () => {
  const lost = { since: (snapshot + 5) * 1000, why: 'nobody answers' }
  expect(freshnessOf(knowledge({ lost }), (snapshot + 6) * 1000)).toBe('lost')
  expect(warningOf(knowledge({ lost }), (snapshot + 6) * 1000)).toMatch(/^Connection lost at .*nobody answers.*6s old/)
  expect(freshnessOf(knowledge({ overview: undefined }), 0)).toBe('waiting')
})
