import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requeue } from './requeue.ts'
import { SnapshotQueue } from './snapshot-queue.ts'

let base: string
let queue: SnapshotQueue
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'requeue-'))
  await mkdir(join(base, 'incoming'))
  queue = new SnapshotQueue(join(base, 'incoming'), 1e6)
})
afterEach(() => rm(base, { recursive: true, force: true }))

/** Quarantines a snapshot that holds a file with this text. */
async function quarantine(snapshot: string, text: string): Promise<void> {
  await mkdir(queue.pathOf(snapshot))
  await writeFile(join(queue.pathOf(snapshot), 'a_stat'), text)
  await queue.quarantine(snapshot, 'a worker failed')
}

const text = (snapshot: string) => readFile(join(queue.pathOf(snapshot), 'a_stat'), 'utf8')
const quarantined = async () => (await readdir(queue.quarantineDirectory)).sort()

test('brings back what is in quarantine, whole and without the reasons', async () => {
  for (const snapshot of ['1000', '99']) await quarantine(snapshot, `of ${snapshot}`)
  expect(await requeue(queue.directory, 10)).toEqual([{ name: '99' }, { name: '1000' }])
  expect(await queue.list()).toEqual(['99', '1000'])
  expect([await text('99'), await text('1000')]).toEqual(['of 99', 'of 1000'])
  expect(await quarantined()).toEqual([])
  expect(await requeue(queue.directory, 10)).toEqual([])
})

test('replaces nothing that is in the queue', async () => {
  await quarantine('5', 'first')
  await quarantine('5', 'second')
  await mkdir(queue.pathOf('6'))
  await mkdir(join(queue.quarantineDirectory, '6'))
  expect(await requeue(queue.directory, 10)).toEqual([
    { name: '5' },
    { name: '5.1', kept: 'the queue has another 5' },
    { name: '6', kept: 'the queue has another 6' },
  ])
  expect(await text('5')).toBe('first')
  expect(await quarantined()).toEqual(['5.1', '5.1.reason', '6'])
})

test('fills the queue only as far as it may be filled, with the oldest', async () => {
  for (const snapshot of ['7', '8', '9']) await quarantine(snapshot, '')
  await mkdir(queue.pathOf('10'))
  const full = 'the queue is full: it holds 3 snapshots, as queue-size allows'
  expect(await requeue(queue.directory, 3)).toEqual([{ name: '7' }, { name: '8' }, { name: '9', kept: full }])
  expect(await queue.list()).toEqual(['7', '8', '10'])
})

test('leaves alone what is no snapshot', async () => {
  for (const name of ['readme', '7.x', '07', '2e9'])
    await mkdir(join(queue.quarantineDirectory, name), { recursive: true })
  expect(await requeue(queue.directory, 10)).toEqual([])
})

test('has nothing to do without a quarantine, and says when there is no queue', async () => {
  expect(await requeue(queue.directory, 10)).toEqual([])
  await expect(requeue(join(base, 'missing'), 10)).rejects.toMatchObject({ code: 'QUEUE_IO' })
})
