import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SourceReport, StatusFile } from '@haproxystats/core'
import { silentLogger } from '@haproxystats/core/program'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { UsedSlots } from '../schedule/slots.ts'
import { KnownSockets } from '../sources/known-sockets.ts'
import { PullStatus, usedByEarlierRuns } from './pull-status.ts'

let base: string
let path: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'pull-status-'))
  path = join(base, 's.json')
})

afterEach(() => rm(base, { recursive: true, force: true }))

const at = 1_700_000_100
const whole = { answered: 2, failed: 0 }

/** A status, its clock, and what its file says when it is closed. */
function begun() {
  const clock = { wall: at * 1000, monotonic: 0 }
  const used = new UsedSlots(10)
  const file = new StatusFile(path, { program: 'p', log: silentLogger() })
  const sockets = new KnownSockets([], { staleAfter: 900, clock: () => clock })
  const status = new PullStatus(file, { used, sockets, clock: () => clock })
  const closed = async () => {
    await status.close()
    return JSON.parse(await readFile(path, 'utf8'))
  }
  return { status, clock, used, closed }
}

test('every slot is counted once, by what became of it', async () => {
  const { status, used, closed } = begun()
  for (const [index, outcome] of ['published', 'no-source', 'failed', 'queue-full', 'taken', 'published'].entries()) {
    used.add(at + 10 * index)
    status.begin({ slot: at + 10 * index, missed: index })
    status.end(outcome as 'published')
  }
  for (const slot of [at, at, at + 10, at + 10]) status.behind(slot)
  const file = await closed()
  expect(file).not.toHaveProperty('oldest')
  expect(file).toMatchObject({
    lastTick: { slot: at + 50, time: new Date(at * 1000).toISOString() },
    published: 2,
    failed: 1,
    skipped: { 'queue-full': 1, 'no-source': 1, taken: 1, behind: 2, missed: 15 },
    usedSlots: [[at, at + 50]],
  })
})

test('the queue is what was in it, without what was dropped and with what was published', async () => {
  const { status, clock, closed } = begun()
  status.queued([String(at - 30), String(at - 20)])
  status.dropped(String(at - 30))
  status.published(at, whole)
  clock.wall += 5400
  expect(status.queueSize).toBe(2)
  expect(await closed()).toMatchObject({ queueSize: 2, oldest: 25, dropped: 1, lastPublished: at })
})

test('published snapshots are counted as incomplete, and as partial with an answer', async () => {
  const { status, closed } = begun()
  const found = [whole, { answered: 1, failed: 1 }, { answered: 0, failed: 2 }]
  expect(status.anyIncomplete).toBe(false)
  for (const [index, counts] of found.entries()) {
    status.published(at + 10 * index, counts)
    status.end('published')
  }
  expect(status.anyIncomplete).toBe(true)
  const counted = { published: 3, incomplete: 2, partial: 1 }
  expect(await closed()).toMatchObject({ ...counted, lastPublished: at + 20, lastComplete: at })
})

const report = (name: string, result: SourceReport['result']): SourceReport => {
  return { name, source: `unix:///run/${'x'.repeat(90)}/${name}`, result, seconds: 0.1, bytes: 0, retries: 0 }
}

test('a source has its state since that changed, and goes when it is gone', async () => {
  const { status, clock, closed } = begun()
  const later = (...reports: SourceReport[]) => {
    clock.wall += 10_000
    status.answered(reports)
  }
  const since = (tick: number) => new Date(at * 1000 + tick * 10_000).toISOString()
  later(report('a', 'stale'), report('b', 'stale'))
  later(report('a', 'stale'), report('c', 'failed'))
  later(report('a', 'failed'), report('c', 'failed'), { ...report('d', 'duplicate'), same: 'c' })
  const { sources } = await closed()
  expect(sources).toEqual([
    { name: 'a', source: report('a', 'failed').source, state: 'failed', since: since(3) },
    { name: 'c', source: report('c', 'failed').source, state: 'failed', since: since(2) },
    { name: 'd', source: report('d', 'failed').source, state: 'duplicate', same: 'c', since: since(3) },
  ])
})

test('of very many sources those that did not answer are listed, so that the next run can still read the file', async () => {
  const { status, used, closed } = begun()
  used.add(at)
  status.answered(
    Array.from({ length: 20_000 }, (_, index) => report(`lb${index}`, index < 19_999 ? 'answered' : 'failed')),
  )
  const { sources } = await closed()
  expect([sources.length, sources[0]]).toEqual([2000, expect.objectContaining({ name: 'lb19999', state: 'failed' })])
  expect(await usedByEarlierRuns(path, at)).toEqual([[at, at]])
})

describe('slots that earlier runs used', () => {
  const readFrom = async (status: unknown) => {
    await writeFile(path, typeof status === 'string' ? status : JSON.stringify(status))
    return usedByEarlierRuns(path, at)
  }

  it('are those of a status file, in order', async () => {
    const { status, used, closed } = begun()
    for (const slot of [at + 50, at, at + 10]) used.add(slot)
    status.published(at + 10, whole)
    const { usedSlots } = await closed()
    const runs = await usedByEarlierRuns(path, at)
    const again = new UsedSlots(10, runs)
    const slots = [at - 10, at, at + 10, at + 20, at + 50, at + 60]
    expect(slots.filter((slot) => again.has(slot))).toEqual([at, at + 10, at + 50])
    expect(usedSlots.flat()).toEqual([at, at + 10, at + 50, at + 50])
    expect(again.newest).toBe(at + 50)
    expect(await readFrom({ lastPublished: at })).toEqual([[at, at]])
  })

  it.each([
    ['no JSON', '{'],
    ['another object', { a: 1 }],
    ['no list', { usedSlots: { 0: [1, 2] } }],
    ['no pairs', { usedSlots: [1, [2], [3, 4, 5], null, ['1', '2'], [1.5, 2.5], [-10, 10], [1e300, 1e301]] }],
    ['ends before beginnings', { usedSlots: [[20, 10]] }],
    ['slots of a far future', { usedSlots: [[10, at + 90_000]], lastPublished: 1e11 }],
  ])('are none in an invalid file: %s', async (_, status) => expect(await readFrom(status)).toEqual([]))
})
