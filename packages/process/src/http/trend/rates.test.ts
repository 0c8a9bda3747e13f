import { describe, expect, it } from 'vitest'
import { type RowSketch, viewOf } from '../../../../../test/support/view-of.ts'
import { Rates } from './rates.ts'

const info = { Pid: 1, Uptime_sec: 100, CumReq: 1000 }
const sources = [
  { name: 'lb1', info },
  { name: 'lb2', info },
]
const row = (pxname: string, bin: number, its?: number[]): RowSketch => {
  return { kind: 'backend', pxname, bin, ...(its && { sources: its }) }
}
const before = viewOf({ snapshot: 1000, sources, info, rows: [row('a', 100), row('b', 200), row('c', 300)] })

/** What `bin` of each row grows by in a second. */
function totalBytes(view: ReturnType<typeof viewOf>, then = before): number[] {
  const rates = new Rates(view, new Rates(then, undefined).view)
  return view.rows.map((_row, index) => rates.ofRow(index, view.columnOf.get('bin')!))
}

describe('what counters grow by in a second', () => {
  it('is told row by row, whatever their order', () => {
    const rows = [row('c', 310), row('new', 5), row('a', 120), row('b', 200)]
    expect(totalBytes(viewOf({ snapshot: 1010, sources, rows }))).toEqual([1, Number.NaN, 2, 0])
  })

  it('is told when the processes come in another order', () => {
    const rows = [row('a', 120), row('b', 230, [1, 0])]
    expect(totalBytes(viewOf({ snapshot: 1010, sources: sources.toReversed(), rows }))).toEqual([2, 3])
  })

  it.each([
    ['the same second', 1000],
    ['an earlier one', 990],
    ['more than an hour later', 4601],
  ])('is not known in %s', (_name, snapshot) => {
    expect(totalBytes(viewOf({ snapshot, sources, rows: [row('a', 120)] }))).toEqual([Number.NaN])
  })

  it('is not known of rows of a process that restarted, and is of others', () => {
    const restarted = [sources[0]!, { name: 'lb2', info: { ...info, Uptime_sec: 2 } }]
    const then = viewOf({ snapshot: 1000, sources, rows: [row('a', 100, [0]), row('b', 100, [1]), row('c', 100)] })
    const rows = [row('a', 120, [0]), row('b', 900, [1]), row('c', 900)]
    expect(totalBytes(viewOf({ snapshot: 1010, sources: restarted, rows }), then)).toEqual([2, Number.NaN, Number.NaN])
  })

  it('is told of processes without show info, as of statistics pages', () => {
    const pages = [{ name: 'page' }]
    const then = viewOf({ snapshot: 1000, sources: pages, rows: [row('a', 100)] })
    expect(totalBytes(viewOf({ snapshot: 1010, sources: pages, rows: [row('a', 150)] }), then)).toEqual([5])
  })

  it('is told of show info, of each process and of all unless one is another', () => {
    const now = { ...info, Uptime_sec: 110, CumReq: 1500 }
    const all = (second: object) => {
      const view = viewOf({
        snapshot: 1010,
        sources: [
          { name: 'lb1', info: now },
          { name: 'lb2', info: { ...now, ...second } },
        ],
        info: now,
      })
      const rates = new Rates(view, new Rates(before, undefined).view)
      return [rates.ofProcess(0, 'CumReq'), rates.ofProcess(1, 'CumReq'), rates.ofInfo('CumReq')]
    }
    expect(all({})).toEqual([50, 50, 50])
    expect(all({ Pid: 2 })).toEqual([50, Number.NaN, Number.NaN])
  })
})
