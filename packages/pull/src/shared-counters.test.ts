import { type Counts, type ProcessCounters, statCounters } from '@haproxystats/haproxy'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Outcome } from './ask-source.ts'
import { Carried } from './carried.ts'
import { mayShare, SharedCounters } from './shared-counters.ts'

const [stot, bin, bout] = ['stot', 'bin', 'bout'].map((name) => statCounters.indexOf(name)) as [number, number, number]
const key = '0\tweb\tFRONTEND'

function counts(sessions: number): Counts {
  const all: Counts = []
  for (let index = 0; index <= Math.max(stot, bin, bout); index++) all.push(undefined)
  all[stot] = sessions
  all[bin] = sessions * 82
  all[bout] = sessions * 155
  return all
}

/** A worker as it is read; the higher its `pid`, the younger it is. */
function worker(pid: number, sessions: Record<string, number>, version = '3.4.0'): Outcome {
  const source = {
    ...({ name: 'm', text: `master:///m @!${pid}`, address: { kind: 'unix', path: '/m' }, discovered: false } as const),
    worker: { pid, master: 'master:///m' },
  }
  const counters: ProcessCounters = {
    info: [],
    objects: new Map(Object.entries(sessions).map(([name, value]) => [name, counts(value)])),
  }
  const facts = { version, pid, started: pid, uptime: 1000 - pid, number: 1 }
  return { source, seconds: 0, retries: 0, outcome: 'answered', files: undefined as never, facts, counters }
}

const takenFrom = (shared: SharedCounters, ...outcomes: Outcome[]) => {
  const { twice } = shared.separate(outcomes)
  return Object.fromEntries([...twice].map(([name, counts]) => [name, counts[stot]]))
}

test('a worker that ends carries nothing over that another goes on telling', () => {
  const [shared, carried] = [new SharedCounters(), new Carried()]
  const pulls = [
    [worker(1, { [key]: 7, own: 3 })],
    [worker(1, { [key]: 9, own: 4 }), worker(2, { [key]: 9, own: 1 })],
    [worker(1, { [key]: 9, own: 4 }), worker(2, { [key]: 12, own: 2 })],
    [worker(2, { [key]: 13, own: 2 })],
  ]
  const added = pulls.map((outcomes, index) => carried.update(shared.separate(outcomes).outcomes, index))
  const last = added.at(-1)?.objects
  expect([last?.get(key)?.[stot], last?.get('own')?.[stot]]).toEqual([undefined, 4])
})

test.each([
  ['3.3.0', true],
  ['3.5-dev5', true],
  ['4.0', true],
  ['3.2.9', false],
  ['2.6.12-1+deb12u4', false],
  [undefined, false],
])('workers of HAProxy %s may share counters: %s', (version, may) => expect(mayShare(version)).toBe(may))

describe('counters that two workers tell', () => {
  it('are taken from the sum once when they are one, as recorded of 3.4.0 after a reload', () => {
    const shared = new SharedCounters()
    expect(takenFrom(shared, worker(1, { [key]: 4, server: 8, backend: 8, noguid: 4 }))).toEqual({})
    const old = worker(1, { [key]: 7, server: 14, backend: 8, noguid: 4 })
    const young = worker(2, { [key]: 7, server: 14, backend: 6, noguid: 3 })
    expect(takenFrom(shared, old, young)).toEqual({ [key]: 7, server: 14 })
  })

  it('are found when the program begins between two reloads, if nothing is counted just then', () => {
    expect(takenFrom(new SharedCounters(), worker(1, { [key]: 7 }), worker(2, { [key]: 7 }))).toEqual({ [key]: 7 })
    expect(takenFrom(new SharedCounters(), worker(1, { [key]: 7 }), worker(2, { [key]: 8 }))).toEqual({})
  })

  it('are each their own up to 3.2, whatever they are', () => {
    const old = [worker(1, { [key]: 7 }, '3.2.0'), worker(2, { [key]: 7 }, '3.2.0')]
    expect(takenFrom(new SharedCounters(), ...old)).toEqual({})
  })

  it('of three workers are taken twice, and left to the newest', () => {
    const shared = new SharedCounters()
    shared.separate([worker(1, { [key]: 7 }), worker(2, { [key]: 7 })])
    const { outcomes, twice } = shared.separate([1, 2, 3].map((pid) => worker(pid, { [key]: 9 })))
    expect(twice.get(key)?.[stot]).toBe(18)
    const left = outcomes.map((outcome) => outcome.outcome === 'answered' && outcome.counters?.objects.get(key)?.[stot])
    expect(left).toEqual([undefined, undefined, 9])
  })

  it('are told apart from counters of their own, under traffic too', () => {
    const traffic = fc.array(fc.tuple(fc.nat(50), fc.nat(50), fc.nat(3)), { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(traffic, fc.integer({ min: 1, max: 1000 }), (pulls, begin) => {
        const [one, two] = [new SharedCounters(), new SharedCounters()]
        let all = begin
        one.separate([worker(1, { [key]: all })])
        for (const [before, after] of pulls) {
          // The two are read one after the other while sessions come in.
          const first = all + before
          all = first + Math.min(after, before)
          expect(takenFrom(one, worker(1, { [key]: all }), worker(2, { [key]: first }))).toEqual({ [key]: all })
        }
        let [old, young] = [1000 + begin, 0]
        two.separate([worker(1, { [key]: old })])
        for (const [more, , few] of pulls) {
          old += few
          young += more
          if (young >= old - few) break
          expect(takenFrom(two, worker(1, { [key]: old }), worker(2, { [key]: young }))).toEqual({})
        }
      }),
    )
  })
})
