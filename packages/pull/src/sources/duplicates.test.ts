import { StatsError } from '@haproxystats/core'
import type { ProcessFacts, ProcessFingerprint } from '@haproxystats/haproxy'
import { expect, it } from 'vitest'
import { Duplicates } from './duplicates.ts'
import type { Source } from './source.ts'

interface Process {
  readonly facts: ProcessFacts
  readonly addresses: string
  connections: number
}

const start = (over: Partial<ProcessFacts & Pick<Process, 'addresses' | 'connections'>> = {}): Process => {
  const { addresses = '0x5577f11db480 0x5577f11d8200', connections = 0, ...facts } = over
  const usual = { version: '3.2.0', pid: 8, started: 1_700_000_000, uptime: 60, number: 1 }
  return { facts: { ...usual, ...facts }, addresses, connections }
}

const named = (name: string, more: Partial<Source> = {}): Source => {
  const path = `/run/${name}`
  return { name, text: `unix://${path}`, address: { kind: 'unix', path }, discovered: true, ...more }
}

const [a, b, c] = [named('a'), named('b'), named('c')]

/** The duplicates among sources, by name, and the number of queries; sources get the processes in turn. */
async function find(
  duplicates: Duplicates,
  sources: readonly Source[],
  processes: readonly Process[],
  fail?: StatsError,
) {
  const seen = sources.map((source, index) => ({ source, ...processes[index % processes.length]! }))
  const counts = new Map(processes.map((process) => [process.facts, process]))
  let queries = 0
  const query = async (source: Source): Promise<ProcessFingerprint> => {
    queries++
    if (fail) throw fail
    const process = counts.get(seen.find((one) => one.source === source)!.facts)!
    process.connections++
    return { pid: process.facts.pid, connections: process.connections, addresses: process.addresses }
  }
  const found = await duplicates.find(seen, new Set(seen.map(({ source }) => source.text)), query)
  return { same: Object.fromEntries([...found].map(([one, other]) => [one.name, other.name])), queries }
}

it('finds the sockets of one process, and queries no more while it lives', async () => {
  const duplicates = new Duplicates()
  const [one, other, next] = [start(), start({ pid: 9 }), start({ pid: 10 })]
  expect(await find(duplicates, [a, b, c], [one, one, other])).toEqual({ same: { b: 'a' }, queries: 8 })
  expect(await find(duplicates, [a, b], [one])).toEqual({ same: { b: 'a' }, queries: 0 })
  expect(await find(duplicates, [a, b], [next])).toEqual({ same: { b: 'a' }, queries: 8 })
})

it('keeps containers apart that were started in the same second with the same pid', async () => {
  const duplicates = new Duplicates()
  const twins = [start({ addresses: '0x55aa' }), start({ addresses: '0x55bb' })]
  expect(await find(duplicates, [a, b], twins)).toEqual({ same: {}, queries: 2 })
  expect(await find(duplicates, [a, b], twins)).toEqual({ same: {}, queries: 0 })
})

it.each([100, 101, 5, 1000])('keeps processes with unknown addresses apart: 100 and %i connections', async (other) => {
  const twins = [start({ addresses: '', connections: 100 }), start({ addresses: '', connections: other })]
  expect((await find(new Duplicates(), [a, b], twins)).same).toEqual({})
})

it('finds the sockets of a process without start and addresses (before HAProxy 2.0)', async () => {
  const old = (uptime: number) => start({ version: '1.8.30', addresses: '', started: Number.NaN, uptime })
  const duplicates = new Duplicates()
  expect((await find(duplicates, [a, b], [old(60)])).same).toEqual({ b: 'a' })
  expect(await find(duplicates, [a, b], [old(61)])).toEqual({ same: { b: 'a' }, queries: 0 })
  expect((await find(duplicates, [a, b], [old(3)])).queries).toBe(8)
})

it('prefers a worker of a master, then a source of servers, then the first name, in every pull', async () => {
  const one = start()
  const worker = named('master', { discovered: false, worker: { pid: 8, master: 'master:///run/m' } })
  const server = named('z', { discovered: false })
  const duplicates = new Duplicates()
  expect((await find(duplicates, [server, worker, a, b], [one])).same).toEqual({
    z: 'master',
    a: 'master',
    b: 'master',
  })
  expect((await find(duplicates, [a, b, server], [one])).same).toEqual({ a: 'z', b: 'z' })
  expect((await find(duplicates, [a, b], [one])).same).toEqual({ b: 'a' })
  expect(duplicates.othersOf(a)).toEqual(new Set(['master:///run/m', server.text, b.text]))
})

it('counts each while it is undecided, unless these were one process before', async () => {
  const duplicates = new Duplicates()
  const broken = new StatsError('SOURCE_TIMEOUT', 'timeout')
  expect((await find(duplicates, [a, b], [start()], broken)).same).toEqual({})
  expect((await find(duplicates, [a, b], [start()])).same).toEqual({ b: 'a' })
  expect((await find(duplicates, [a, b], [start({ pid: 10 })], broken)).same).toEqual({ b: 'a' })
})

it('limits the queries of one pull, and queries the rest at the next', async () => {
  const duplicates = new Duplicates()
  const fleet = Array.from({ length: 100 }, (_, index) => named(`lb${index}`))
  const processes = fleet.map((_, index) => start({ addresses: `0x${index}` }))
  expect(await find(duplicates, fleet, processes)).toEqual({ same: {}, queries: 64 })
  expect(await find(duplicates, fleet, processes)).toEqual({ same: {}, queries: 36 })
})
