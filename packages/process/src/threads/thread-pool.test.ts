import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { ThreadPool, type ThreadSettings } from './thread-pool.ts'

/** Counts the tasks of its thread. Each waits until none of those that are to be done at the same time is missing. */
const counting = `
  let count = 0
  export default (missing) => {
    Atomics.sub(missing, 0, 1)
    Atomics.notify(missing, 0)
    for (let left; (left = Atomics.load(missing, 0)) > 0; ) Atomics.wait(missing, 0, left)
    return ++count
  }
  export function alive() {}
`

/** So many tasks that are to be done at the same time. */
const tasks = (count: number) => new Int32Array(new SharedArrayBuffer(4)).fill(count)

/** Threads that run `code`. */
function pool(code: string, settings: Partial<ThreadSettings> = {}): ThreadPool<Int32Array, number> {
  const directory = mkdtempSync(join(tmpdir(), 'haproxystats-test-'))
  const file = join(directory, 'thread.mjs')
  writeFileSync(file, code)
  const given = { file, most: 1, idleTime: 30, startTime: 30, execArgv: [], resourceLimits: {} }
  const made = new ThreadPool<Int32Array, number>({ ...given, ...settings })
  onTestFinished(async () => {
    await made.close()
    rmSync(directory, { recursive: true })
  })
  return made
}

const noThread = (reason: RegExp) => ({ code: 'NO_THREAD', message: expect.stringMatching(reason) })

it('what the system refuses when a thread is started is thrown, and starts none later', async () => {
  // As with EAGAIN, new Worker() throws as long as this cannot be copied.
  const workerData: { bad?: () => void } = { bad: () => undefined }
  const threads = pool(counting, { most: 4, workerData })
  for (let attempt = 1; attempt <= 3; attempt++) {
    await expect(threads.run(tasks(1))).rejects.toMatchObject(
      noThread(/^no worker thread can be started: .*could not be cloned/),
    )
  }
  delete workerData.bad
  expect(await threads.run(tasks(1))).toBe(1)
  expect(threads.threads).toHaveLength(1)
})

it.each([
  ['throws', "throw new Error('on purpose')", /: on purpose$/],
  ['exits', 'process.exit(3)', /exited with code 3$/],
  ['imports what is not there', "import './missing.mjs'", /missing\.mjs/],
  ['cannot be read as code', 'export default (', /SyntaxError|Unexpected/],
])('a file that %s when it is loaded is told of at once, each time', async (_way, code, reason) => {
  const threads = pool(code)
  for (let attempt = 1; attempt <= 2; attempt++) {
    await expect(threads.run(tasks(1), 30)).rejects.toMatchObject(noThread(reason))
    expect(threads.threads).toEqual([])
  }
})

it('a thread that is not loaded in time is ended', async () => {
  const threads = pool('await new Promise(() => undefined)', { startTime: 0.5 })
  await expect(threads.run(tasks(1))).rejects.toMatchObject(noThread(/: it took longer than 0.5 s$/))
  expect(threads.threads).toEqual([])
})

it('a task that takes too long ends its thread, and the next one has another', async () => {
  const threads = pool(counting)
  await expect(threads.run(tasks(2), 0.5)).rejects.toMatchObject({
    code: 'WORKER',
    message: 'it took longer than 0.5 s',
  })
  expect(await threads.run(tasks(1))).toBe(1)
})

it('as many threads work as there are tasks; those that are not needed end, the one that is asked stays', async () => {
  const threads = pool(counting, { most: 3, idleTime: 0.5 })
  const three = tasks(3)
  expect(await Promise.all([threads.run(three), threads.run(three), threads.run(three)])).toEqual([1, 1, 1])
  expect(threads.threads).toHaveLength(3)
  await vi.waitFor(
    async () => {
      await threads.check(30)
      expect(threads.threads).toHaveLength(1)
    },
    { timeout: 4000 },
  )
  expect(await threads.run(tasks(1))).toBe(2)
})

it('nothing is started once it is closed', async () => {
  const threads = pool(counting)
  expect(await threads.run(tasks(1))).toBe(1)
  await threads.close()
  await expect(threads.run(tasks(1))).rejects.toMatchObject(noThread(/about to end$/))
  expect(threads.threads).toEqual([])
})
