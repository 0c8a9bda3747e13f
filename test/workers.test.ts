import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@haproxystats/core/program'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WorkerPool } from '../packages/process/src/workers/pool.ts'
import { parseConfiguration } from './support/configuration.ts'
import { temporaryDirectory } from './support/temporary.ts'

const oddWorker = fileURLToPath(new URL('support/odd-worker.mjs', import.meta.url))

/** Only a worker that hangs is to run into `timeout`, in seconds, on a busy machine too. */
function pool(timeout = 30, file = oddWorker, more = ''): WorkerPool {
  const text = `[process]\nworkers = 2\nworker-timeout = ${timeout}\nworker-memory = 64\n${more}`
  const made = new WorkerPool(parseConfiguration(text).process, silentLogger(), file)
  onTestFinished(() => made.close())
  return made
}

const work = (snapshot: string, path = '') => ({ path, snapshot, encodings: [] })

/** Short, as the last of four workers may take eight times as long. */
const shortTime = 1

const reasons = {
  throws: /thrown on purpose/,
  exits: /exited with code: 3/,
  hangs: /longer than 8 s, 8 times worker-timeout/,
  fills: /more memory than worker-memory, 64 MiB/,
}

describe.each(Object.entries(reasons))('a worker that %s', (way, reason) => {
  const timeout = way === 'hangs' ? shortTime : undefined

  test('at one snapshot whatever time it has, and not at others, condemns that snapshot; others go on', async () => {
    const workers = pool(timeout)
    for (let failures = 1; failures <= 3; failures++) {
      expect(await workers.run(work(way)), `failure ${failures}`).toMatchObject({
        outcome: 'postponed',
        trouble: 'worker',
      })
      expect(await workers.run(work('plain'))).toMatchObject({ outcome: 'encoded' })
    }
    const condemned = await workers.run(work(way))
    expect(condemned).toEqual({
      outcome: 'invalid',
      reason: expect.stringMatching(/^workers failed at it 4 times, .* a new worker did not fail at another snapshot/),
    })
    expect(condemned).toHaveProperty('reason', expect.stringMatching(reason))
    expect(await workers.run(work('plain'))).toMatchObject({ outcome: 'encoded' })
    await workers.check()
  })
})

test('workers that fail at every snapshot condemn none', async () => {
  const workers = pool()
  for (let failures = 1; failures <= 4; failures++) {
    expect(await workers.run(work('throws'))).toMatchObject({ outcome: 'postponed', trouble: 'worker' })
  }
})

test('a worker that fails only once costs nothing but time', async () => {
  const workers = pool()
  const mark = join(await temporaryDirectory(), 'failed')
  expect(await workers.run(work('exits-once', mark))).toMatchObject({ outcome: 'postponed' })
  expect(await workers.run(work('exits-once', mark))).toMatchObject({ outcome: 'encoded' })
  expect(workers.status.replaced).toBe(1)
})

test('a snapshot that takes a new worker 3.4 times as long as one that has worked is processed all the same', async () => {
  const workers = pool(1)
  expect(await workers.run(work('cold-1700'))).toMatchObject({ outcome: 'postponed', trouble: 'worker' })
  expect(await workers.run(work('cold-1700'))).toMatchObject({ outcome: 'encoded' })
})

test('a snapshot at which workers fail keeps no other one waiting', async () => {
  const workers = pool(2)
  await workers.run(work('hangs'))
  const order: string[] = []
  const odd = workers.run(work('hangs')).then(() => order.push('hangs'))
  for (const name of ['plain', 'plain', 'plain']) await workers.run(work(name)).then(() => order.push(name))
  await odd
  expect(order).toEqual(['plain', 'plain', 'plain', 'hangs'])
})

test('a worker that is started while an exclude file cannot be read leaves out what was in it', async () => {
  const file = join(await temporaryDirectory(), 'backends')
  await writeFile(file, 'hidden')
  const workers = pool(undefined, oddWorker, `exclude-backends = ${file}\n`)
  await rm(file)
  await workers.run(work('throws'))
  const told = { outcome: 'encoded', warnings: [{ message: 'hidden' }] }
  expect(await workers.run(work('plain'))).toMatchObject(told)
})

describe('workers that cannot be had', () => {
  test('because their file cannot be loaded keep snapshots waiting until it can', async () => {
    process.env['ODD_WORKER_DEAD'] = '1'
    onTestFinished(() => void delete process.env['ODD_WORKER_DEAD'])
    const workers = pool()
    await workers.check()
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(await workers.run(work('plain'))).toEqual({
        outcome: 'postponed',
        trouble: 'thread',
        reason: 'no worker thread can be started: cannot be loaded on purpose',
      })
    }
    delete process.env['ODD_WORKER_DEAD']
    expect(await workers.run(work('plain'))).toMatchObject({ outcome: 'encoded' })
  })

  test('because their file is away do so, too', async () => {
    const workers = pool(30, '/nonexistent/worker.mjs')
    expect(await workers.run(work('plain'))).toMatchObject({
      outcome: 'postponed',
      trouble: 'thread',
      reason: expect.stringContaining('/nonexistent/worker.mjs'),
    })
  })
})
