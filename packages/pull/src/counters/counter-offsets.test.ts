import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@haproxystats/core/program'
import { type Counts, infoCounters, type ProcessCounters, RowCounters, statCounters } from '@haproxystats/haproxy'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Asked, outcomeOf } from '../../../../test/support/outcomes.ts'
import type { SourceResult } from '../sources/source.ts'
import { type Additions, CounterOffsets } from './counter-offsets.ts'
import { readOffsets, writeOffsets } from './counter-offsets-file.ts'
import { parseOffsets } from './parse-offsets.ts'
import { renderOffsets } from './render-offsets.ts'

const stot = statCounters.indexOf('stot')
const cumConns = infoCounters.indexOf('CumConns')
const key = '0\tw\tFRONTEND'

const at = (index: number, value: number | bigint): Counts =>
  Object.assign(Array(index + 1).fill(undefined), { [index]: value })

/** Counters of one process, with one object if there is a number for it. */
const counters = (sessions: number | bigint | undefined, conns: number | bigint = 0): ProcessCounters => ({
  info: at(cumConns, conns),
  objects: RowCounters.from(sessions === undefined ? [] : [[key, at(stot, sessions)]]),
})

const added = ({ info, objects }: Additions) => [objects.get(key)?.[stot] ?? 0, info[cumConns] ?? 0]

describe('counter offsets', () => {
  const lb = (pid: number, sessions: number, more: Partial<Asked> = {}): SourceResult =>
    outcomeOf({ text: 'unix:///lb1', pid, started: pid, counters: counters(sessions, 2 * sessions), ...more })

  const hidden = (pid: number) => lb(pid, 0, { counters: counters(undefined) })

  it.each<[string, SourceResult[][], unknown[]]>([
    ['nothing of one process', [[lb(1, 5)], [lb(1, 6)]], [0, 0]],
    ['all of the one before', [[lb(1, 5)], [lb(1, 6)], [lb(2, 1)], [lb(2, 2)]], [6, 12]],
    ['all of several', [[lb(1, 5)], [lb(2, 6)], [lb(3, 7)], [lb(3, 8)]], [11, 22]],
    ['what was cleared', [[lb(1, 5)], [lb(1, 2)], [lb(1, 3)]], [5, 10]],
    ['nothing of an object that was hidden for a while', [[lb(1, 5)], [hidden(1)], [hidden(1)], [lb(1, 6)]], [0]],
    ['what an object had that was deleted and made again', [[lb(1, 5)], [hidden(1)], [lb(1, 2)], [lb(1, 3)]], [5]],
    ['what an object had that was hidden when its process ended', [[lb(1, 5)], [hidden(1)], [lb(2, 2)]], [5]],
    [
      'what the other had of two that answer in turn',
      [[lb(1, 5)], [lb(2, 3)], [lb(1, 6)], [lb(2, 4)], [lb(1, 9)]],
      [4, 8],
    ],
    ['nothing of a process whose socket was away for a moment', [[lb(1, 5)], [], [], [lb(1, 6)]], [0, 0]],
    ['what all had of more than are kept', [...Array(20).keys()].map((pid) => [lb(pid, 1)]), [19, 38]],
    ['more than 2^53', [[lb(1, 0, { counters: counters(2n ** 60n) })], [lb(2, 1)]], [2n ** 60n, 0]],
    [
      'all of a process of the same number, told by when it was started',
      [[lb(7, 5)], [lb(7, 6, { started: 9 })]],
      [5, 10],
    ],
    [
      'all of a process of the same number, told by its age alone',
      [[lb(7, 5, { started: Number.NaN, uptime: 50 })], [lb(7, 6, { started: Number.NaN, uptime: 1 })]],
      [5, 10],
    ],
    [
      'workers that are gone, and not those that are still there',
      [
        [lb(1, 5, { worker: 1 }), lb(2, 3, { worker: 2 })],
        [lb(2, 4, { worker: 2 }), lb(3, 1, { worker: 3 })],
        [lb(2, 4, { worker: 2 }), lb(3, 1, { worker: 3 }), lb(1, 0, { worker: 1, outcome: 'gone' })],
      ],
      [5, 10],
    ],
    [
      'a page that began anew',
      [
        [outcomeOf({ text: 'http://a', counters: counters(9) }), lb(1, 0)],
        [outcomeOf({ text: 'http://a', counters: counters(3) }), lb(1, 0)],
      ],
      [9, 0],
    ],
    [
      'what a source had that is there no more',
      [[lb(1, 5), lb(2, 1, { text: 'b' })], [lb(2, 1, { text: 'b' })]],
      [5, 10],
    ],
    [
      'what a stale socket had',
      [
        [lb(1, 5), lb(2, 1, { text: 'b' })],
        [lb(1, 5), lb(2, 1, { text: 'b', outcome: 'stale' })],
      ],
      [1, 2],
    ],
    [
      'what a source has that does not answer, only as long as it does not',
      [
        [lb(1, 5), lb(2, 1, { text: 'b' })],
        [lb(1, 5), lb(2, 1, { text: 'b', outcome: 'failed' })],
      ],
      [1, 2],
    ],
    [
      'nothing of it when it answers again',
      [
        [lb(1, 5), lb(2, 1, { text: 'b' })],
        [lb(1, 5), lb(2, 1, { text: 'b', outcome: 'failed' })],
        [lb(1, 5), lb(2, 1, { text: 'b' })],
      ],
      [0, 0],
    ],
    [
      'nothing for an object that is there no more',
      [[lb(1, 5)], [lb(2, 0, { counters: counters(undefined) })]],
      [0, 10],
    ],
  ])('is %s', (_, pulls, expected) => {
    const offsets = new CounterOffsets()
    const results = pulls.map((outcomes, index) => offsets.update(outcomes, 100 + index))
    expect(added(results.at(-1)!).slice(0, expected.length)).toEqual(expected)
  })

  it('stays what it was while there may be sources that were not listed', () => {
    const offsets = new CounterOffsets()
    offsets.update([lb(1, 5), lb(2, 1, { text: 'b' })], 1)
    expect(added(offsets.update([lb(1, 5)], 2))).toEqual([1, 2])
    expect(added(offsets.update([lb(1, 5), lb(2, 3, { text: 'b' })], 3))).toEqual([0, 0])
  })

  it('is forgotten a day after the object was there, and comes back before', () => {
    const offsets = new CounterOffsets()
    const without = (pid: number) => lb(pid, 0, { counters: counters(undefined) })
    offsets.update([lb(1, 5)], 0)
    offsets.update([without(2)], 10)
    expect(added(offsets.update([lb(3, 1)], 80_000))[0]).toBe(5)
    offsets.update([without(4)], 80_010)
    offsets.update([without(4)], 180_000)
    expect(added(offsets.update([lb(5, 1)], 180_010))[0]).toBe(0)
  })
})

/** A process that counts, is restarted, killed, cleared, and does not answer at times. */
const steps = fc.array(
  fc.record({
    lb: fc.nat(2),
    what: fc.constantFrom('count', 'count', 'count', 'restart', 'clear', 'fail', 'restart while failing', 'forget'),
    sessions: fc.nat(100),
  }),
  { maxLength: 60 },
)

test('sums never fall and are exact, whatever processes do and however often the program is started anew', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let offsets = new CounterOffsets()
      let nextPid = 1
      const lbs = [0, 1, 2].map((index) => ({ text: `unix:///lb${index}`, pid: nextPid++, sessions: 0, fails: false }))
      let counted = 0
      let lost = 0
      let highest = 0
      let pull = 0
      const read = new Map<string, number>()
      for (const { lb, what, sessions } of all) {
        const process = lbs[lb]!
        if (what === 'forget') offsets = new CounterOffsets(parseOffsets(Buffer.concat(renderOffsets(offsets.state))))
        process.fails = what === 'fail' || what === 'restart while failing'
        if (what.startsWith('restart') || what === 'clear') {
          // What it counted since it was read last is lost to everybody.
          lost += process.sessions - (read.get(process.text) ?? 0)
          process.sessions = 0
          read.set(process.text, 0)
          if (what !== 'clear') process.pid = nextPid++
        }
        // A cleared counter that is back where it was cannot be told from one that stood still.
        if (what === 'count') {
          process.sessions += sessions
          counted += sessions
        }
        const outcomes = lbs.map(({ text, pid, sessions, fails }) => {
          if (fails) return outcomeOf({ text, pid, outcome: 'failed' })
          return outcomeOf({ text, pid, started: 1, counters: counters(sessions) })
        })
        const more = added(offsets.update(outcomes, ++pull))[0] as number
        let sum = more
        for (const { text, sessions, fails } of lbs) {
          if (fails) continue
          sum += sessions
          read.set(text, sessions)
        }
        if (lbs.every(({ fails }) => fails)) continue
        expect(sum).toBeGreaterThanOrEqual(highest)
        highest = sum
        if (lbs.every(({ fails }) => !fails)) expect(sum).toBe(counted - lost)
      }
    }),
    { numRuns: 500 },
  )
})

describe('what is kept on the disk', () => {
  const kept = () => {
    const offsets = new CounterOffsets()
    offsets.update([outcomeOf({ text: 'a', pid: 1, started: 1.5, counters: counters(2n ** 60n, 7) })], 1)
    offsets.update([outcomeOf({ text: 'a', pid: 2, started: 2.5, uptime: 3, counters: counters(5) })], 2)
    return offsets.state
  }

  it('is read back as it was', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'offsets-'))
    const path = join(directory, 'counters')
    await writeOffsets(path, kept(), true)
    const state = await readOffsets(path, silentLogger())
    expect(Buffer.concat(renderOffsets(state!))).toEqual(Buffer.concat(renderOffsets(kept())))
    expect(
      added(new CounterOffsets(state).update([outcomeOf({ text: 'a', pid: 3, started: 1, counters: counters(0) })], 3)),
    ).toEqual([2n ** 60n + 5n, 7])
    await rm(directory, { recursive: true })
  })

  it('is read by name, so that another release may know others', () => {
    const text = Buffer.concat(renderOffsets(kept())).toString('latin1').replaceAll('"stot"', '"late"')
    const known = parseOffsets(Buffer.from(text, 'latin1')).processes.map(({ pid, counters }) => [
      pid,
      counters.objects.get(key),
    ])
    expect(known).toEqual([
      [2, []],
      [1, []],
    ])
  })

  it('is read as 1.0.0-alpha.1 wrote it', () => {
    const process = { place: 'a', pid: 2, started: 2.5, seen: 2, info: '3', objects: [[key, '5']], absent: [] }
    const names = { info: ['CumConns'], stat: ['stot'], peaks: [] }
    const state = { names, processes: [process], info: '7', objects: [[key, 2, '1152921504606846976']], peaks: [] }
    const offsets = new CounterOffsets(parseOffsets(Buffer.from(`${JSON.stringify(state)}\n`)))
    const next = outcomeOf({ text: 'a', pid: 3, started: 3, counters: counters(0) })
    expect(added(offsets.update([next], 3))).toEqual([2n ** 60n + 5n, 10])
  })

  it('is nothing when there is no file, or a damaged one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'offsets-'))
    const path = join(directory, 'counters')
    expect(await readOffsets(path, silentLogger())).toBeUndefined()
    await writeFile(path, Buffer.concat(renderOffsets(kept())).subarray(0, -1))
    expect(await readOffsets(path, silentLogger())).toBeUndefined()
    await writeFile(path, '{}')
    expect(await readOffsets(path, silentLogger())).toBeUndefined()
    await rm(directory, { recursive: true })
  })

  it('stays as it was when it cannot be written', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'offsets-'))
    const path = join(directory, 'none', 'counters')
    await expect(writeOffsets(path, kept(), true)).rejects.toMatchObject({ code: 'SNAPSHOT_PUBLISH' })
    await expect(readFile(path)).rejects.toThrow(/ENOENT/)
    await rm(directory, { recursive: true })
  })
})
