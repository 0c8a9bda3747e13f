import type { ProcessCounters } from '@haproxystats/haproxy'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { countersBy, countOf, outcomeOf } from '../../../../test/support/outcomes.ts'
import type { SourceResult } from '../sources/source.ts'
import { CounterOffsets } from './counter-offsets.ts'
import { mayInherit, mayShare } from './older-processes.ts'

const web = '0\tweb\tFRONTEND'
const app = '1\tapp\tBACKEND'

/** What an object tells after so many requests, each on a connection of its own. */
const told = (requests: number) => ({ stot: requests, bin: 82 * requests, bout: 155 * requests, h1req: requests })

/** What a worker tells of `web`, of which it has counted `own` itself, and of other objects. */
function counters(web: number, own: number, others: Readonly<Record<string, number>> = {}): ProcessCounters {
  const objects = Object.entries(others).map(([key, requests]) => [key, told(requests)])
  // The stats socket is asked, too.
  const info = { CumReq: own + 3, CumConns: own + 3 }
  return countersBy(info, { '0\tweb\tFRONTEND': told(web), ...Object.fromEntries(objects) })
}

/** A worker as it is read; the higher its `pid`, the younger it is. */
function worker(pid: number, counters: ProcessCounters, version = '3.4.0'): SourceResult {
  return outcomeOf({ text: 'master:///m', worker: pid, version, pid, started: pid, uptime: 1000 - pid, counters })
}

/** What is served of an object after each of these pulls: as it is, and with what is carried over. */
function served(pulls: readonly (readonly SourceResult[])[], key = web): { raw: number[]; monotonic: number[] } {
  const offsets = new CounterOffsets()
  const [raw, monotonic]: number[][] = [[], []]
  for (const [slot, outcomes] of pulls.entries()) {
    const additions = offsets.update(outcomes, slot)
    const sum = outcomes.reduce(
      (total, outcome) => {
        return total + (outcome.outcome === 'answered' ? countOf(outcome.counters?.objects.get(key), 'stot') : 0)
      },
      countOf(additions.overlap.get(key), 'stot'),
    )
    raw?.push(sum)
    monotonic?.push(sum + countOf(additions.objects.get(key), 'stot'))
  }
  return { raw: raw as number[], monotonic: monotonic as number[] }
}

test.each([
  ['3.5-dev5', true, true],
  ['3.3.0', true, true],
  ['4.0', true, true],
  ['3.2.9', true, false],
  ['3.0.0', true, false],
  ['2.9.1', false, false],
  ['2.6.12-1+deb12u4', false, false],
  [undefined, false, false],
])('workers of HAProxy %s may inherit counters: %s, and share them: %s', (version, inherits, shares) => {
  expect([mayInherit(version), mayShare(version)]).toEqual([inherits, shares])
})

describe('workers that count for themselves', () => {
  it('are summed when the new one overtakes the old one between two pulls', () => {
    const pulls = [
      [worker(1, counters(100, 100))],
      [worker(1, counters(120, 120)), worker(2, counters(104, 104))],
      [worker(1, counters(120, 120)), worker(2, counters(120, 120))],
      [worker(1, counters(125, 125)), worker(2, counters(130, 130))],
      [worker(1, counters(125, 125)), worker(2, counters(270, 270))],
      [worker(2, counters(271, 271))],
    ]
    const all = [100, 224, 240, 255, 395]
    expect(served(pulls)).toEqual({ raw: [...all, 271], monotonic: [...all, 396] })
  })

  it('are summed when the new one is ahead of the old one at once', () => {
    const pulls = [
      [worker(1, counters(5, 5))],
      [worker(1, counters(8, 8)), worker(2, counters(7, 7))],
      [worker(1, counters(8, 8)), worker(2, counters(9, 9))],
    ]
    expect(served(pulls).monotonic).toEqual([5, 15, 17])
  })

  it('are told from others whatever they count', () => {
    const traffic = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(traffic, fc.integer({ min: 11, max: 1000 }), (pulls, begin) => {
        let [old, young] = [begin, 0]
        const read = [[worker(1, counters(old, old))]]
        const sums = [old]
        for (const [one, other] of pulls) {
          old += one
          young += other
          read.push([worker(1, counters(old, old)), worker(2, counters(young, young))])
          sums.push(old + young)
        }
        expect(served(read).monotonic).toEqual(sums)
      }),
    )
  })
})

describe('a worker that begins with the counters of a file', () => {
  it('is counted without them, while the old one is there and when it has left', () => {
    const pulls = [
      [worker(1, counters(40, 40), '3.0.0')],
      [worker(1, counters(40, 40), '3.0.0'), worker(2, counters(40, 0), '3.0.0')],
      [worker(1, counters(42, 42), '3.0.0'), worker(2, counters(45, 5), '3.0.0')],
      [worker(2, counters(46, 6), '3.0.0')],
    ]
    expect(served(pulls)).toEqual({ raw: [40, 40, 47, 46], monotonic: [40, 40, 47, 48] })
  })

  it('is told from one that shares them, where both may be', () => {
    const pulls = [
      [worker(1, counters(40, 40))],
      [worker(1, counters(40, 40)), worker(2, counters(40, 0))],
      [worker(1, counters(340, 340)), worker(2, counters(340, 300))],
      [worker(2, counters(340, 300))],
    ]
    expect(served(pulls)).toEqual({ raw: [40, 40, 640, 340], monotonic: [40, 40, 640, 640] })
  })

  it('is counted without those of an older file, and with what begins with 0 for want of a guid', () => {
    const pulls = [
      [worker(1, counters(400, 450, { [app]: 50 }), '3.2.0')],
      [worker(1, counters(430, 490, { [app]: 60 }), '3.2.0'), worker(2, counters(302, 4, { [app]: 2 }), '3.2.0')],
      [worker(2, counters(310, 12, { [app]: 8 }), '3.2.0')],
    ]
    expect(served(pulls).monotonic).toEqual([400, 430, 438])
    expect(served(pulls, app).monotonic).toEqual([50, 62, 68])
  })

  it('is counted without them when it takes the socket of the old one, in a chain too, and after a restart of the program', () => {
    const daemon = (pid: number, counters: ProcessCounters) =>
      outcomeOf({ text: 'unix:///lb1', version: '3.0.0', pid, started: 10 * pid, uptime: 5, counters })
    const pulls = [
      [daemon(1, counters(45, 45))],
      [daemon(2, counters(45, 0))],
      [daemon(2, counters(50, 5))],
      [daemon(3, counters(57, 7))],
      [daemon(3, counters(60, 10))],
    ]
    expect(served(pulls).monotonic).toEqual([45, 45, 50, 57, 60])
  })
})

describe('workers that share counters in memory', () => {
  it('are counted once, as recorded of 3.4.0 after a reload; what has no guid is each one their own', () => {
    const pulls = [
      [worker(1, counters(14, 18, { [app]: 4 }))],
      [worker(1, counters(14, 18, { [app]: 4 })), worker(2, counters(14, 0))],
      [worker(1, counters(17, 18, { [app]: 4 })), worker(2, counters(17, 6, { [app]: 3 }))],
      [worker(1, counters(90, 18, { [app]: 4 })), worker(2, counters(90, 109, { [app]: 33 }))],
      [worker(2, counters(93, 112, { [app]: 33 }))],
    ]
    const shared = [14, 14, 17, 90, 93]
    expect(served(pulls)).toEqual({ raw: shared, monotonic: shared })
    expect(served(pulls, app)).toEqual({ raw: [4, 4, 7, 37, 33], monotonic: [4, 4, 7, 37, 37] })
  })

  it('are counted once of three, and when the program begins between two reloads', () => {
    const three = (web: number, own: readonly number[]) =>
      own.map((requests, index) => worker(index + 1, counters(web, requests)))
    expect(served([three(60, [30, 20, 10]), three(90, [30, 20, 40]), three(91, [30, 20, 41])])).toEqual({
      raw: [60, 90, 91],
      monotonic: [60, 90, 91],
    })
  })

  it('are counted once of three that are read while requests come in', () => {
    const read = (webs: readonly number[], own: readonly number[]) =>
      webs.map((web, index) => worker(index + 1, counters(web, own[index] as number)))
    const pulls = [
      read([60], [60]),
      read([60, 60], [60, 0]),
      read([90, 90], [60, 30]),
      read([90, 90, 90], [60, 30, 0]),
      read([121, 120, 121], [60, 30, 31]),
      read([121, 121, 121], [60, 30, 31]),
    ]
    const all = [60, 60, 90, 90, 121, 121]
    expect(served(pulls)).toEqual({ raw: all, monotonic: all })
  })

  it('are counted once from the first request on', () => {
    const pulls = [
      [worker(1, counters(0, 0))],
      [worker(1, counters(0, 0)), worker(2, counters(0, 0))],
      [worker(1, counters(2, 0)), worker(2, counters(2, 2))],
      [worker(1, counters(2000, 5)), worker(2, counters(2001, 1996))],
      [worker(2, counters(2001, 1996))],
    ]
    expect(served(pulls)).toEqual({ raw: [0, 0, 2, 2001, 2001], monotonic: [0, 0, 2, 2001, 2001] })
  })

  it('are counted once under traffic, read one after the other', () => {
    const traffic = fc.array(fc.tuple(fc.nat(50), fc.nat(50), fc.nat(3), fc.nat(3)), { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(traffic, fc.integer({ min: 11, max: 1000 }), (steps, begin) => {
        let [all, old, young] = [begin, begin, 0]
        const pulls = [[worker(1, counters(all, old))]]
        const sums = [all]
        for (const [one, other, between, after] of steps) {
          old += one
          young += other
          all += one + other
          const first = worker(1, counters(all, old))
          young += between
          all += between
          pulls.push([first, worker(2, counters(all, young))])
          sums.push(all)
          young += after
          all += after
        }
        expect(served(pulls).raw).toEqual(sums)
        expect(served(pulls).monotonic).toEqual(sums)
      }),
    )
  })
})
