import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseConfiguration } from '@haproxystats/core'
import { silentLogger } from '@haproxystats/core/program'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WorkerPool } from '../packages/process/src/workers/pool.ts'
import { temporaryDirectory } from './support/temporary.ts'

const oddWorker = fileURLToPath(new URL('support/odd-worker.mjs', import.meta.url))

/** Only a worker that hangs is to run into `timeout`, in seconds, on a busy machine too. */
function pool(timeout = 30): WorkerPool {
  const text = `[process]\nworkers = 2\nworker-timeout = ${timeout}\nworker-memory = 64\n`
  const made = new WorkerPool(parseConfiguration(text).process, silentLogger(), oddWorker)
  onTestFinished(() => made.close())
  return made
}

const work = (snapshot: string, path = '') => ({ path, snapshot, encodings: [] })

const reasons = {
  throws: /thrown on purpose/,
  exits: /exit/i,
  hangs: /worker-timeout, 1.5 s/,
  fills: /memory/i,
}

describe.each(Object.entries(reasons))('a worker that %s', (way, reason) => {
  test('is given its snapshot once more, then the snapshot counts as invalid; others go on', async () => {
    const workers = pool(way === 'hangs' ? 1.5 : undefined)
    const [odd, plain] = await Promise.all([workers.run(work(way)), workers.run(work('plain'))])
    expect(odd).toEqual({ outcome: 'invalid', reason: expect.stringMatching(/^workers failed at it twice: /) })
    expect(odd).toHaveProperty('reason', expect.stringMatching(reason))
    expect(plain).toMatchObject({ outcome: 'encoded' })
    expect(await workers.run(work('plain'))).toMatchObject({ outcome: 'encoded' })
    await workers.check()
  })

  test('only once costs nothing but time', async () => {
    const workers = pool(way === 'hangs' ? 1.5 : undefined)
    const mark = join(await temporaryDirectory(), 'failed')
    expect(await workers.run(work(`${way}-once`, mark))).toMatchObject({ outcome: 'encoded' })
    expect(workers.status.replaced).toBe(1)
  })
})

test('workers that cannot be had are an error that ends the program', async () => {
  const workers = pool()
  await workers.check()
  process.env['ODD_WORKER_DEAD'] = '1'
  onTestFinished(() => void delete process.env['ODD_WORKER_DEAD'])
  await workers.close()
  const dead = pool()
  await expect(dead.check()).rejects.toMatchObject({ code: 'WORKER', message: /^no worker can be started/ })
})
