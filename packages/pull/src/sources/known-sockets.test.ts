import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StatsError } from '@haproxystats/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KnownSockets, socketsOfEarlierRuns } from './known-sockets.ts'
import type { Source, SourceResult } from './source.ts'

const path = '/run/haproxy/lb1.sock'
const text = `unix://${path}`
const source: Source = { name: 'lb1.sock', text, address: { kind: 'unix', path }, discovered: true, inode: '1:2 3' }
const effort = { source, seconds: 0.1, retries: 0 }

const answered = { ...effort, outcome: 'answered' } as SourceResult
const failedBy = (code: 'SOURCE_CONNECT' | 'SOURCE_REFUSED' | 'SOURCE_TIMEOUT', details: object): SourceResult => ({
  ...effort,
  outcome: 'failed',
  error: new StatsError(code, 'why', { ...details }),
})
const refused = failedBy('SOURCE_CONNECT', { errno: 'ECONNREFUSED' })
const noStats = failedBy('SOURCE_REFUSED', { foreign: true })
const hangs = failedBy('SOURCE_TIMEOUT', { bytes: 0 })

/** Sockets that are remembered, and a clock. */
function begin(known: ConstructorParameters<typeof KnownSockets>[0] = []) {
  const clock = { wall: 1_700_000_000_000, monotonic: 0 }
  const sockets = new KnownSockets(known, { staleAfter: 900, clock: () => clock })
  const judge = (outcome: SourceResult, seconds = 0) => {
    clock.wall += seconds * 1000
    return sockets.judge(outcome).outcome
  }
  return { sockets, judge, since: new Date(clock.wall).toISOString() }
}

describe('a socket that refuses', () => {
  it('has failed when it answered before, until nothing has listened for stale-after', () => {
    const { sockets, judge } = begin()
    expect([judge(refused), sockets.isStale(source)]).toEqual(['stale', true])
    const came = [judge(answered), judge(refused), judge(refused, 899), judge(refused, 1), judge(refused, 5)]
    expect(came).toEqual(['answered', 'failed', 'failed', 'stale', 'stale'])
    expect(sockets.judge(refused)).toMatchObject({ after: 900 })
    expect([judge(answered), judge(refused)]).toEqual(['answered', 'failed'])
  })

  it('is remembered by the next run', () => {
    const first = begin()
    for (const outcome of [answered, refused]) first.judge(outcome)
    expect(first.sockets.state).toEqual([{ source: text, inode: source.inode, refused: first.since }])
    const second = begin(first.sockets.state)
    expect([second.judge(refused, 899), second.judge(refused, 1)]).toEqual(['failed', 'stale'])
  })

  it('counts from now on when the clock was set back', () => {
    const { judge } = begin([{ source: text, refused: '2030-01-01T00:00:00.000Z' }])
    expect([judge(refused), judge(refused, 900)]).toEqual(['failed', 'stale'])
  })

  it('is forgotten once it is gone, but not while socket-dir cannot be read', () => {
    const { sockets, judge } = begin()
    judge(answered)
    sockets.keep([], true)
    expect(judge(refused)).toBe('failed')
    sockets.keep([], false)
    expect([judge(refused), sockets.state]).toEqual(['stale', []])
  })

  it('has failed whenever servers names it', () => {
    const named = { ...refused, source: { ...source, discovered: false } }
    expect(begin().judge(named)).toBe('failed')
  })
})

describe('a socket that is no stats socket', () => {
  it('is left out, and known until another is in its place', () => {
    const { sockets, judge } = begin()
    expect(judge(noStats)).toBe('foreign')
    expect(sockets.foreign(source)).toMatchObject({ code: 'SOURCE_REFUSED' })
    judge({ ...effort, outcome: 'foreign', error: sockets.foreign(source)! })
    expect(sockets.foreign(source)).toBeDefined()
    expect(sockets.foreign({ ...source, inode: '1:2 4' })).toBeUndefined()
  })

  it('has failed when it gave statistics before, unless another took its place', () => {
    const { judge } = begin()
    const another = { ...noStats, source: { ...source, inode: '1:2 4' } }
    expect([judge(answered), judge(noStats), judge(another)]).toEqual(['answered', 'failed', 'foreign'])
  })

  it('has failed while it does not answer, with what to do', () => {
    const { sockets, judge } = begin()
    expect(judge(hangs)).toBe('failed')
    expect(sockets.judge(hangs)).toMatchObject({
      error: { message: expect.stringMatching(/never answered.*socket-dir/) },
    })
    judge(answered)
    expect(sockets.judge(hangs)).toMatchObject({ error: { message: 'why' } })
  })
})

describe('sockets that earlier runs have met', () => {
  let base: string
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'known-sockets-'))
  })
  afterEach(() => rm(base, { recursive: true, force: true }))

  it.each([
    ['no JSON', '{', []],
    ['another object', '{"a":1}', []],
    ['no list', '{"sockets":{}}', []],
    [
      'what is no socket',
      '{"sockets":[1,null,{},{"source":1},{"source":"c","inode":1},{"source":"a","refused":"x"},{"source":"b"}]}',
      ['b'],
    ],
  ])('are those that make sense: %s', async (_what, status, sources) => {
    const file = join(base, 's.json')
    await writeFile(file, status)
    expect((await socketsOfEarlierRuns(file)).map((known) => known.source)).toEqual(sources)
  })
})
