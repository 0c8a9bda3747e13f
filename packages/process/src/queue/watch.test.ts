import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@haproxystats/core/program'
import { expect, onTestFinished, test, vi } from 'vitest'
import { watchQueue } from './watch.ts'

/** Watches a new directory; how often it should have been read so far. */
async function watched(backlog: boolean) {
  const directory = await mkdtemp(join(tmpdir(), 'watch-'))
  const onChange = vi.fn()
  const watch = watchQueue(directory, silentLogger(), onChange, () => backlog)
  onTestFinished(async () => {
    await watch.close()
    await rm(directory, { recursive: true, force: true })
  })
  return { directory, calls: () => onChange.mock.calls.length }
}

test('wakes for a directory that appears, and in any case every few seconds', async () => {
  const { directory, calls } = await watched(false)
  await mkdir(join(directory, '1700000000'))
  await vi.waitFor(() => expect(calls()).toBeGreaterThan(0), { timeout: 5000 })
  const before = calls()
  await vi.waitFor(() => expect(calls()).toBeGreaterThan(before), { timeout: 10_000 })
})

test('with a backlog it is read every few seconds all the same', async () => {
  const { calls } = await watched(true)
  await vi.waitFor(() => expect(calls()).toBeGreaterThan(1), { timeout: 10_000 })
})
