import { expect, test } from 'vitest'
import type { WorkResult } from '../types/work.ts'
import { BatchCache, type Outcome, type Process } from './batch-cache.ts'

const [a, b] = ['a', 'b'].map((options) => ({ encoder: 'text', options })) as [Encoding, Encoding]
type Encoding = { readonly encoder: string; readonly options: string }

function shared(text: string): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(text.length))
  bytes.set(Buffer.from(text))
  return bytes
}

/** A cache over a worker that encodes a snapshot as its options, and what the worker was asked for. */
function cacheOver(invalid = new Set<string>()) {
  const works: Parameters<Process>[0][] = []
  const cache = new BatchCache(async (work): Promise<WorkResult> => {
    works.push(work)
    if (invalid.has(work.snapshot)) return { outcome: 'invalid', reason: 'broken' }
    const batches = work.encodings.map(({ options }) => ({ bytes: shared(`${options}`), datapoints: 1 }))
    return { outcome: 'encoded', batches, processes: 1, warnings: [] }
  })
  return { cache, works }
}

const bytesOf = (outcome: Outcome) => ('batch' in outcome ? outcome.batch.bytes : undefined)

test('equal encodings share one batch until the last has released it', async () => {
  const { cache, works } = cacheOver()
  expect(await cache.get('7', a)).toBe(await cache.get('7', { ...a }))
  cache.release('7', a)
  await cache.get('7', a)
  expect(works).toHaveLength(1)
  cache.release('7', a)
  cache.release('7', a)
  await cache.get('7', a)
  expect(works).toHaveLength(2)
})

test('two encodings wanted at the same time are one task, each gets its own', async () => {
  const { cache, works } = cacheOver()
  const outcomes = await Promise.all([cache.get('7', a), cache.get('7', b)])
  expect(works).toEqual([{ snapshot: '7', encodings: [a, b], spares: [] }])
  expect(outcomes.map((outcome) => String(Buffer.from(bytesOf(outcome) ?? '')))).toEqual(['a', 'b'])
})

test('memory that all have released as reusable serves for the next snapshot', async () => {
  const { cache, works } = cacheOver()
  const outcome = await cache.get('7', a)
  await cache.get('7', a)
  cache.release('7', a, true)
  await cache.get('8', a)
  expect(works[1]?.spares).toEqual([])
  cache.release('7', a, true)
  await cache.get('9', a)
  expect(works[2]?.spares?.[0]).toBe(bytesOf(outcome)?.buffer)
})

test('memory that one may still look at does not', async () => {
  const { cache, works } = cacheOver()
  for (const reusable of [false, true]) {
    await cache.get('7', a)
    if (!reusable) await cache.get('7', a)
    cache.release('7', a, reusable)
  }
  cache.release('7', a, true)
  await cache.get('8', a)
  expect(works.at(-1)?.spares).toEqual([])
})

test('a snapshot that cannot be processed is so for all who want it', async () => {
  const { cache, works } = cacheOver(new Set(['7']))
  const outcomes = await Promise.all([cache.get('7', a), cache.get('7', b)])
  for (const outcome of outcomes) expect(outcome).toEqual({ outcome: 'invalid', reason: 'broken' })
  expect(works).toHaveLength(1)
})
