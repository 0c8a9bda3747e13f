import { StatsError } from '@haproxystats/core'
import type { ProcessFacts, ProcessFingerprint } from '@haproxystats/haproxy'
import { expect, it } from 'vitest'
import { Duplicates, type Seen } from './duplicates.ts'
import type { Source } from './source.ts'

/** A process: its mark, and how many connections it has taken. */
interface Process {
  readonly facts: ProcessFacts
  readonly addresses: string
  connections: number
}

const start = (over: Partial<ProcessFacts & Pick<Process, 'addresses' | 'connections'>> = {}): Process => {
  const { addresses = '0x5577f11db480 0x5577f11d8200', connections = 0, ...facts } = over
  return {
    facts: { version: '3.2.0', pid: 8, started: 1_700_000_000, uptime: 60, number: 1, ...facts },
    addresses,
    connections,
  }
}

const named = (name: string, more: Partial<Source> = {}): Source => ({
  ...{ name, text: `unix:///run/${name}`, address: { kind: 'unix', path: `/run/${name}` } as const },
  ...{ discovered: true, ...more },
})

/** What is found of these sources, by name, and how many questions it took. */
async function find(duplicates: Duplicates, sources: readonly (readonly [Source, Process])[], fail?: StatsError) {
  const processOf = new Map(sources)
  let questions = 0
  const ask = async (source: Source): Promise<ProcessFingerprint> => {
    questions++
    if (fail) throw fail
    const process = processOf.get(source)!
    process.connections++
    return { pid: process.facts.pid, connections: process.connections, addresses: process.addresses }
  }
  const seen = sources.map(([source, { facts }]): Seen => ({ source, facts }))
  const found = await duplicates.find(seen, new Set(seen.map(({ source }) => source.text)), ask)
  return { same: Object.fromEntries([...found].map(([one, other]) => [one.name, other.name])), questions }
}

const [a, b, c] = [named('a'), named('b'), named('c')]

it('finds the sockets of one process, and asks no more about them as long as it lives', async () => {
  const duplicates = new Duplicates()
  const one = start()
  const first = await find(duplicates, [
    [a, one],
    [b, one],
    [c, start({ pid: 9 })],
  ])
  expect(first).toEqual({ same: { b: 'a' }, questions: 8 })
  expect(
    await find(duplicates, [
      [a, one],
      [b, one],
    ]),
  ).toEqual({ same: { b: 'a' }, questions: 0 })
  const next = start({ pid: 10 })
  expect(
    await find(duplicates, [
      [a, next],
      [b, next],
    ]),
  ).toEqual({ same: { b: 'a' }, questions: 8 })
})

it('keeps containers apart that were started in the same second with the same number', async () => {
  const duplicates = new Duplicates()
  const twins = [start({ addresses: '0x55aa' }), start({ addresses: '0x55bb' })] as const
  expect(
    await find(duplicates, [
      [a, twins[0]],
      [b, twins[1]],
    ]),
  ).toEqual({ same: {}, questions: 2 })
  expect(
    await find(duplicates, [
      [a, twins[0]],
      [b, twins[1]],
    ]),
  ).toEqual({ same: {}, questions: 0 })
})

it.each([
  ['as many connections', 100],
  ['one more', 101],
  ['fewer', 5],
  ['many more', 1000],
])('keeps processes apart whose memory tells nothing, and of which one has taken %s', async (_what, connections) => {
  const twins = [start({ addresses: '', connections: 100 }), start({ addresses: '', connections })] as const
  expect(
    (
      await find(new Duplicates(), [
        [a, twins[0]],
        [b, twins[1]],
      ])
    ).same,
  ).toEqual({})
})

it('finds the sockets of a process that tells neither its start nor its memory (before HAProxy 2.0)', async () => {
  const old = start({ version: '1.8.30', addresses: '', started: Number.NaN })
  const later = { ...old, facts: { ...old.facts, uptime: 61 } }
  const duplicates = new Duplicates()
  expect(
    (
      await find(duplicates, [
        [a, old],
        [b, old],
      ])
    ).same,
  ).toEqual({ b: 'a' })
  expect(
    await find(duplicates, [
      [a, later],
      [b, later],
    ]),
  ).toEqual({ same: { b: 'a' }, questions: 0 })
  const young = { ...old, facts: { ...old.facts, uptime: 3 } }
  expect(
    (
      await find(duplicates, [
        [a, young],
        [b, young],
      ])
    ).questions,
  ).toBe(8)
})

it('prefers a worker of a master, then what servers names, then the first name, in every pull', async () => {
  const one = start()
  const worker = named('master', { discovered: false, worker: { pid: 8, master: 'master:///run/m' } })
  const server = named('z', { discovered: false })
  const all = [server, worker, a, b].map((source) => [source, one] as const)
  const duplicates = new Duplicates()
  expect((await find(duplicates, all)).same).toEqual({ z: 'master', a: 'master', b: 'master' })
  expect((await find(duplicates, [all[2]!, all[3]!, all[0]!])).same).toEqual({ a: 'z', b: 'z' })
  expect((await find(duplicates, [all[2]!, all[3]!])).same).toEqual({ b: 'a' })
  expect(duplicates.othersOf(a)).toEqual(new Set(['master:///run/m', server.text, b.text]))
})

it('counts each while it cannot be told, unless these were one process before', async () => {
  const duplicates = new Duplicates()
  const broken = new StatsError('SOURCE_TIMEOUT', 'no time left')
  const one = start()
  expect(
    (
      await find(
        duplicates,
        [
          [a, one],
          [b, one],
        ],
        broken,
      )
    ).same,
  ).toEqual({})
  expect(
    (
      await find(duplicates, [
        [a, one],
        [b, one],
      ])
    ).same,
  ).toEqual({ b: 'a' })
  const next = start({ pid: 10 })
  expect(
    (
      await find(
        duplicates,
        [
          [a, next],
          [b, next],
        ],
        broken,
      )
    ).same,
  ).toEqual({ b: 'a' })
})

it('asks only so much in one pull, and the rest at the next', async () => {
  const duplicates = new Duplicates()
  const fleet = Array.from({ length: 100 }, (_, index) => named(`lb${index}`)).map(
    (source, index) => [source, start({ addresses: `0x${index}` })] as const,
  )
  expect(await find(duplicates, fleet)).toEqual({ same: {}, questions: 64 })
  expect(await find(duplicates, fleet)).toEqual({ same: {}, questions: 36 })
})
