import { expect, test } from 'vitest'
import type { Work, WorkResult } from '../types/work.ts'
import { BatchCache } from './batch-cache.ts'

const encoding = (options: string) => ({ encoder: 'text', options })

function shared(text: string): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(text.length))
  bytes.set(Buffer.from(text))
  return bytes
}

/** BatchCache over a worker that notes its work and encodes a snapshot as its options. */
function batchesOver(invalid = new Set<string>()) {
  const works: Work[] = []
  const results: [string, WorkResult][] = []
  const run = async (work: Work): Promise<WorkResult> => {
    works.push(work)
    if (invalid.has(work.snapshot)) return { outcome: 'invalid', reason: 'broken' }
    const batches = work.encodings.map(({ options }) => ({
      bytes: shared(`${options}`),
      datapoints: 1,
    }))
    return { outcome: 'encoded', batches, processes: 1, warnings: [] }
  }
  const batches = new BatchCache(
    run,
    (snapshot) => `/queue/${snapshot}`,
    (snapshot, result) => results.push([snapshot, result]),
  )
  return { batches, works, results }
}

test('two users of one encoding share one batch, made once', async () => {
  const { batches, works } = batchesOver()
  const [one, two] = [{}, {}]
  const first = batches.request('7', 'a', encoding('a'), one)
  const second = batches.request('7', 'a', encoding('a'), two)
  expect(await first).toBe(await second)
  expect(works).toHaveLength(1)
  batches.release('7', 'a', one)
  expect(batches.has('7', 'a', one)).toBe(false)
  expect(batches.has('7', 'a', two)).toBe(true)
  await batches.request('7', 'a', encoding('a'), one)
  expect(works).toHaveLength(1)
})

test('two encodings wanted at the same time are one task, each gets its own', async () => {
  const { batches, works } = batchesOver()
  const outcomes = await Promise.all([
    batches.request('7', 'a', encoding('a'), {}),
    batches.request('7', 'b', encoding('b'), {}),
  ])
  expect(works).toEqual([{ path: '/queue/7', snapshot: '7', encodings: [encoding('a'), encoding('b')], spares: [] }])
  expect(outcomes.map((outcome) => 'batch' in outcome && Buffer.from(outcome.batch.bytes).toString())).toEqual([
    'a',
    'b',
  ])
})

test('what everybody has released is made again', async () => {
  const { batches, works } = batchesOver()
  const user = {}
  await batches.request('7', 'a', encoding('a'), user)
  batches.release('7', 'a', user)
  await batches.request('7', 'a', encoding('a'), user)
  expect(works).toHaveLength(2)
})

test('memory of what all users have delivered serves for the next snapshot', async () => {
  const { batches, works } = batchesOver()
  const [one, two] = [{}, {}]
  const outcome = await batches.request('7', 'a', encoding('a'), one)
  await batches.request('7', 'a', encoding('a'), two)
  batches.release('7', 'a', one, true)
  await batches.request('8', 'a', encoding('a'), one)
  expect(works[1]?.spares).toEqual([])
  batches.release('7', 'a', two, true)
  await batches.request('9', 'a', encoding('a'), one)
  expect('batch' in outcome && works[2]?.spares?.[0] === outcome.batch.bytes.buffer).toBe(true)
})

test('memory that somebody may still look at does not', async () => {
  const { batches, works } = batchesOver()
  const [one, two] = [{}, {}]
  for (const user of [one, two]) await batches.request('7', 'a', encoding('a'), user)
  batches.release('7', 'a', one)
  batches.release('7', 'a', two, true)
  await batches.request('8', 'a', encoding('a'), one)
  expect(works[1]?.spares).toEqual([])
})

test('a snapshot that cannot be processed fails for all who want it, and is reported once', async () => {
  const { batches, results } = batchesOver(new Set(['7']))
  const outcomes = await Promise.all([
    batches.request('7', 'a', encoding('a'), {}),
    batches.request('7', 'b', encoding('b'), {}),
  ])
  for (const outcome of outcomes) expect(outcome).toEqual({ failure: { outcome: 'invalid', reason: 'broken' } })
  expect(results).toEqual([['7', { outcome: 'invalid', reason: 'broken' }]])
})
