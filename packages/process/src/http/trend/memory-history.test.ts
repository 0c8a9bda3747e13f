import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RowSketch, viewOf } from '../../../../../test/support/view-of.ts'
import { MemoryHistory } from './memory-history.ts'

const begin = 1_700_000_400
const bound = 64 * 1024 ** 2

const keeping = (options: { bound?: number; now?: () => number } = {}) =>
  new MemoryHistory({ bound, now: () => begin + 86_400, ...options })

/** A backend and a server of one process, with these values. */
function snapshot(time: number, fields: Record<string, unknown>, { pid = 1, uptime = time - begin + 1000 } = {}) {
  const rows: RowSketch[] = [
    { kind: 'backend', pxname: 'app', status: 'UP', ...fields },
    { kind: 'server', pxname: 'app', svname: 'app1', status: 'UP', ...fields },
  ]
  const info = { Pid: pid, Uptime_sec: uptime, Idle_pct: 90, CurrConns: 5, CumReq: 10 * (time - begin) }
  return viewOf({ snapshot: time, rows, sources: [{ name: 'lb1', info }], info })
}

/** The newest values of a series, at every snapshot. */
function newest(history: MemoryHistory, key: string, field: string, count = 3, step = 10) {
  const answer = history.read([{ key, field }], { seconds: count * step, points: count })
  expect(answer.step).toBe(step)
  return [...(answer.series[0]?.values ?? [])]
}

describe('a history', () => {
  it('is of every snapshot', () => {
    const history = keeping()
    for (const index of [0, 1, 2]) history.add(snapshot(begin + 10 * index, { scur: index + 5 }))
    expect(newest(history, 's:app/app1', 'scur')).toEqual([5, 6, 7])
    expect(newest(history, 'b:app', 'scur')).toEqual([5, 6, 7])
    expect(newest(history, 'daemon', 'CurrConns')).toEqual([5, 5, 5])
    expect(newest(history, 'p:lb1', 'CpuUsagePct')).toEqual([10, 10, 10])
    expect(newest(history, 'b:app', 'status')).toEqual([1, 1, 1])
  })

  it('holds what counters grow by in a second', () => {
    const history = keeping()
    for (const index of [0, 1, 2]) history.add(snapshot(begin + 10 * index, { bin: 1000 * index ** 2 }))
    expect(newest(history, 'b:app', 'bin/s')).toEqual([Number.NaN, 100, 300])
    expect(newest(history, 'daemon', 'CumReq/s')).toEqual([Number.NaN, 10, 10])
  })

  it.each([
    ['a lower value', { bin: 500 }, {}],
    ['another process of the same name', { bin: 5000 }, { pid: 2 }],
    ['a process that has restarted', { bin: 5000 }, { uptime: 3 }],
  ])('knows no rate over %s', (_name, fields, process) => {
    const history = keeping()
    history.add(snapshot(begin, { bin: 1000 }))
    history.add(snapshot(begin + 10, fields, process))
    expect(newest(history, 'b:app', 'bin/s', 1)).toEqual([Number.NaN])
  })

  it('knows no rate of a row that other processes have now', () => {
    const history = keeping()
    const sources = [{ name: 'lb1' }, { name: 'lb2' }]
    const row = (bin: number, ...its: number[]): RowSketch => ({ kind: 'backend', pxname: 'app', bin, sources: its })
    history.add(viewOf({ snapshot: begin, sources, rows: [row(100, 0)] }))
    history.add(viewOf({ snapshot: begin + 10, sources, rows: [row(1000, 0, 1)] }))
    history.add(viewOf({ snapshot: begin + 20, sources, rows: [row(2000, 0, 1)] }))
    expect(newest(history, 'b:app', 'bin/s')).toEqual([Number.NaN, Number.NaN, 100])
  })

  it('leaves gaps where there were no snapshots, and takes rates across them', () => {
    const history = keeping()
    for (const index of [0, 1, 2, 5]) history.add(snapshot(begin + 10 * index, { scur: 1, bin: 10 * index }))
    expect(newest(history, 'b:app', 'scur', 6)).toEqual([1, 1, 1, Number.NaN, Number.NaN, 1])
    expect(newest(history, 'b:app', 'bin/s', 1)).toEqual([1])
  })

  it('is the same when snapshots come late, out of order and twice, but for rates nobody can know then', () => {
    const times = Array.from({ length: 30 }, (_none, index) => begin + 10 * index)
    const inOrder = keeping()
    for (const time of times) inOrder.add(snapshot(time, { scur: time - begin }))
    const expected = newest(inOrder, 'b:app', 'scur', 30)
    fc.assert(
      fc.property(
        fc.shuffledSubarray(times, { minLength: 30 }),
        fc.array(fc.constantFrom(...times)),
        (order, again) => {
          const history = keeping()
          for (const time of [...order, ...again]) history.add(snapshot(time, { scur: time - begin }))
          expect(newest(history, 'b:app', 'scur', 30)).toEqual(expected)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('ignores a snapshot that is sent again, whatever it says', () => {
    const history = keeping()
    history.add(snapshot(begin, { scur: 1, bin: 0 }))
    history.add(snapshot(begin + 10, { scur: 2, bin: 100 }))
    const newestView = snapshot(begin + 10, { scur: 3, bin: 100 })
    const before = [history.ratesOf(newestView), history.bytes]
    history.add(newestView)
    history.add(snapshot(begin, { scur: 4 }))
    expect(newest(history, 'b:app', 'scur', 2)).toEqual([1, 2])
    expect([history.ratesOf(newestView), history.bytes]).toEqual(before)
  })

  it('keeps means of five minutes for a day, the worst state and peaks', () => {
    const history = keeping({ now: () => begin + 90_000 })
    for (let time = begin; time < begin + 90_000; time += 10) {
      const isWorst = time === begin + 40_000
      history.add(snapshot(time, { scur: isWorst ? 301 : 1, status: isWorst ? 'DOWN' : 'UP', qcur: isWorst ? 30 : 0 }))
    }
    const { series, step } = history.read(
      ['scur', 'status', 'qcur'].map((field) => ({ key: 'b:app', field })),
      { seconds: 86_400, points: 288 },
    )
    expect(step).toBe(300)
    const [scur, status, qcur] = series
    const at = status!.values.indexOf(8)
    expect(at).toBeGreaterThan(0)
    expect(scur!.values[at]).toBeCloseTo(11, 1)
    expect([scur!.peaks![at], qcur!.peaks![at], qcur!.values[at]]).toEqual([301, 30, 1])
    expect([...scur!.values].filter((value) => value === 1).length).toBe(287)
    expect(history.bands.backend.frames.length).toBeLessThan(360 + 30 + 290)
    expect(history.bands.backend.frames[0]!.time).toBeGreaterThanOrEqual(begin + 3000)
  })

  it('forgets rows a day after they vanished', () => {
    const history = keeping({ now: () => begin + 200_000 })
    const gone: RowSketch = { kind: 'backend', pxname: 'gone', scur: 7 }
    history.add(viewOf({ snapshot: begin, rows: [gone] }))
    const answers = (time: number) => {
      history.add(snapshot(time, { scur: 1 }))
      return history.read([{ key: 'b:gone', field: 'scur' }], { seconds: 86_400, points: 300 }).series.length
    }
    expect([answers(begin + 80_000), answers(begin + 86_500)]).toEqual([1, 0])
    expect(history.keys('backend')).toEqual(['b:app'])
  })

  it('shows nobody the values of a row that had its place before', () => {
    const history = keeping({ now: () => begin + 200_000 })
    const row = (pxname: string): RowSketch => ({ kind: 'backend', pxname, scur: 7 })
    history.add(viewOf({ snapshot: begin, rows: [row('first')] }))
    for (let time = begin + 80_000; time <= begin + 86_300; time += 300)
      history.add(viewOf({ snapshot: time, rows: [] }))
    history.add(viewOf({ snapshot: begin + 86_399, rows: [] }))
    history.add(viewOf({ snapshot: begin + 86_401, rows: [row('second')] }))
    const { series } = history.read([{ key: 'b:second', field: 'scur' }], { seconds: 86_400, points: 1440 })
    expect([...series[0]!.values].filter((value) => !Number.isNaN(value))).toEqual([7])
  })

  it('leaves out what nobody knows', () => {
    const history = keeping()
    history.add(snapshot(begin, {}))
    const names = [
      { key: 'b:other', field: 'scur' },
      { key: 'b:app', field: 'nothing' },
      { key: '__proto__', field: 'scur' },
      { key: 'x:app', field: 'scur' },
    ]
    expect(history.read(names, { seconds: 3600, points: 10 }).series).toEqual([])
  })

  it('tells since when', () => {
    const history = keeping()
    for (const [index, qcur] of [0, 3, 0, 1, 2].entries()) history.add(snapshot(begin + 10 * index, { qcur }))
    expect(history.since({ key: 'b:app', field: 'qcur' }, (value) => value > 0)).toBe(begin + 30)
    expect(history.since({ key: 'b:app', field: 'qcur' }, (value) => value > 2)).toBeUndefined()
  })
})

describe('the clock', () => {
  it('that was ahead and is right again leaves nothing of a time to come', () => {
    let now = begin
    const history = keeping({ now: () => now })
    history.add(snapshot(begin, { scur: 1 }))
    now = begin + 10_000
    history.add(snapshot(begin + 10_000, { scur: 2 }))
    now = begin + 10
    history.add(snapshot(begin + 10, { scur: 3 }))
    history.add(snapshot(begin + 20, { scur: 4 }))
    expect(history.newest).toBe(begin + 20)
    expect(newest(history, 'b:app', 'scur')).toEqual([1, 3, 4])
  })

  it('may jump ahead: a gap', () => {
    const history = keeping()
    for (const time of [0, 10, 20, 7200, 7210, 7220, 7230]) history.add(snapshot(begin + time, { scur: 1, bin: time }))
    expect(newest(history, 'b:app', 'bin/s', 5)).toEqual([Number.NaN, Number.NaN, 1, 1, 1])
    const { series } = history.read([{ key: 'b:app', field: 'scur' }], { seconds: 7300, points: 73 })
    expect([...series[0]!.values].filter((value) => Number.isNaN(value)).length).toBeGreaterThan(50)
  })
})

describe('the bound', () => {
  const rowsOf = (servers: number, seed: number): RowSketch[] => [
    { kind: 'frontend', pxname: 'www', scur: seed },
    { kind: 'backend', pxname: 'app', scur: seed },
    ...Array.from({ length: servers }, (_none, index): RowSketch => {
      const value = ((index + 1) * seed * 7919) % 100_003
      return {
        kind: 'server',
        pxname: 'app',
        svname: `app${index}`,
        scur: value,
        rate: value,
        qcur: value,
        rtime: value,
      }
    }),
  ]

  it.each([1_000_000, 1_500_000])('of %d bytes is never exceeded; servers give way first', (bytes) => {
    const history = keeping({ bound: bytes })
    for (let index = 0; index < 500; index++) {
      history.add(viewOf({ snapshot: begin + 10 * index, rows: rowsOf(200, index + 1) }))
      expect(history.bytes).toBeLessThanOrEqual(bytes)
    }
    const { frontend, server } = history.bands
    expect(frontend.frames.filter(({ span }) => span === 0).length).toBeGreaterThan(300)
    expect(server.frames.length).toBeLessThan(frontend.frames.length)
    expect(server.frames.length).toBeGreaterThan(1)
    expect(newest(history, 's:app/app7', 'scur', 1)[0]).toBeGreaterThanOrEqual(0)
  })

  it.each([100_000, 200_000])('of %d bytes, far too few, is not exceeded either', (bytes) => {
    const history = keeping({ bound: bytes })
    for (let index = 0; index < 100; index++) {
      history.add(viewOf({ snapshot: begin + 10 * index, rows: rowsOf(100, index + 1) }))
      expect(history.bytes).toBeLessThanOrEqual(bytes)
    }
    expect(newest(history, 'f:www', 'scur', 1)).toEqual([100])
  })

  it('leaves servers without a history when there is no room for one value of each', () => {
    const history = keeping({ bound: 200_000 })
    history.add(viewOf({ snapshot: begin, rows: rowsOf(100, 1) }))
    expect(history.keys('server').length).toBe(100)
    history.add(viewOf({ snapshot: begin + 10, rows: rowsOf(5000, 1) }))
    expect(history.keys('server')).toEqual([])
    expect(newest(history, 'f:www', 'scur', 1)).toEqual([1])
    expect(history.bytes).toBeLessThanOrEqual(200_000)
    history.add(viewOf({ snapshot: begin + 20, rows: rowsOf(100, 2) }))
    expect(history.keys('server').length).toBe(100)
  })

  it('holds for names that come and go', () => {
    const bytes = 300_000
    const history = keeping({ bound: bytes })
    for (let index = 0; index < 300; index++) {
      const rows = Array.from({ length: 50 }, (_none, at): RowSketch => {
        return { kind: 'server', pxname: 'app', svname: `app${index}-${at}`, scur: at }
      })
      history.add(viewOf({ snapshot: begin + 10 * index, rows }))
      expect(history.bytes).toBeLessThanOrEqual(bytes)
    }
    expect(newest(history, 's:app/app299-7', 'scur', 1)).toEqual([7])
  })
})
