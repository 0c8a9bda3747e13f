import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PullStateReader } from './pull-state-reader.ts'

let directory: string
let reader: PullStateReader
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pull-state-'))
  reader = new PullStateReader(join(directory, 'status.json'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const time = '2026-01-01T00:00:00.000Z'
const tell = (slot: number, fields: Record<string, unknown>) =>
  writeFile(join(directory, 'status.json'), JSON.stringify({ lastTick: { slot, time }, ...fields }))

it('is unknown without a status file', async () => {
  expect(await reader.read()).toBe(undefined)
})

it('is what was counted since the last time', async () => {
  await tell(10, { lastPublished: 10, published: 1, skipped: { 'queue-full': 0 } })
  expect(await reader.read()).toEqual({ lastTick: time, outcome: 'published' })
  await tell(20, { lastPublished: 10, published: 1, skipped: { 'queue-full': 1 } })
  expect(await reader.read()).toEqual({ lastTick: time, outcome: 'queue-full' })
  // The same file again: nothing new is known.
  expect(await reader.read()).toEqual({ lastTick: time, outcome: 'queue-full' })
  await tell(30, { lastPublished: 10, published: 1, failed: 1, skipped: { 'queue-full': 1 } })
  expect(await reader.read()).toEqual({ lastTick: time, outcome: 'failed' })
})

it('is unknown of a pull that came before', async () => {
  await tell(20, { lastPublished: 10, published: 3, failed: 2 })
  expect(await reader.read()).toEqual({ lastTick: time, outcome: undefined })
})
