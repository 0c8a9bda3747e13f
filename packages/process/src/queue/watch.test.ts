import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@haproxystats/core/program'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchQueue } from './watch.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watch-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('wakes for a directory that appears, and in any case every few seconds', async () => {
  let calls = 0
  const watch = watchQueue(
    directory,
    silentLogger(),
    () => calls++,
    () => false,
  )
  await mkdir(join(directory, '1700000000'))
  await vi.waitFor(() => expect(calls).toBeGreaterThan(0), { timeout: 5000 })
  const before = calls
  await vi.waitFor(() => expect(calls).toBeGreaterThan(before), { timeout: 10_000 })
  await watch.close()
})

test('with a backlog it is read every few seconds all the same', async () => {
  let calls = 0
  const watch = watchQueue(
    directory,
    silentLogger(),
    () => calls++,
    () => true,
  )
  await vi.waitFor(() => expect(calls).toBeGreaterThan(1), { timeout: 10_000 })
  await watch.close()
})
