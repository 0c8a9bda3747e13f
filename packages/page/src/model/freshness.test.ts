import { expect, it } from 'vitest'
import { freshnessOf, warningOf } from './freshness.ts'
import type { LiveData } from './live-data.ts'
import { noRows } from './row.ts'

const snapshot = 1_700_000_000

function data(change: Partial<LiveData> = {}, overview: object = {}): LiveData {
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
    ...{ rows: noRows, clockAhead: 0, lost: undefined, hasEvents: true },
    ...change,
  }
}

it('is fresh as long as no more than three snapshots are missing', () => {
  expect(freshnessOf(data(), (snapshot + 29) * 1000)).toBe('fresh')
  expect(warningOf(data(), (snapshot + 29) * 1000)).toBeUndefined()
  expect(freshnessOf(data(), (snapshot + 31) * 1000)).toBe('stale')
  expect(warningOf(data(), (snapshot + 95) * 1000)).toContain('1m35s old')
  expect(freshnessOf(data({}, { stale: true }), snapshot * 1000)).toBe('stale')
})

it('says why there is no newer snapshot as the server does, and does not guess', () => {
  const at = (snapshot + 95) * 1000
  expect(warningOf(data(), at)).toBe('Stale: the newest snapshot is 1m35s old, one is expected every 10 seconds.')
  const detail = 'one is expected every 10 s: haproxystats-pull runs and is suspended, because its queue is full'
  const problems = [
    { severity: 'critical', key: 'snapshot', title: 'The newest snapshot is 95 s old', detail, since: null },
  ]
  expect(warningOf(data({}, { problems }), at)).toBe(`Stale: the newest snapshot is 1m35s old, ${detail}.`)
})

it('goes by the clock of the server, wrong as that of the reader may be', () => {
  expect(freshnessOf(data({ clockAhead: -3600 }), (snapshot + 3605) * 1000)).toBe('fresh')
})

it('knows lost from stale, and neither without a snapshot', () => {
  const lost = { since: (snapshot + 5) * 1000, why: 'no response' }
  expect(freshnessOf(data({ lost }), (snapshot + 6) * 1000)).toBe('lost')
  expect(warningOf(data({ lost }), (snapshot + 6) * 1000)).toMatch(/^Connection lost at .*no response.*6s old/)
  expect(freshnessOf(data({ overview: undefined }), 0)).toBe('waiting')
})
