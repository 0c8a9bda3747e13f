import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Blocks } from './blocks.ts'
import { type DraftOptions, SnapshotDraft } from './publish.ts'

const never = new AbortController().signal
let base: string
let options: DraftOptions
let drafts: SnapshotDraft[]

beforeEach(async () => {
  drafts = []
  base = await mkdtemp(join(tmpdir(), 'publish-'))
  options = {
    'dst-dir': join(base, 'queue'),
    'tmp-dst-dir': join(base, 'temporary'),
    'buffer-limit': 10,
    workers: 2,
    fsync: true,
  }
  await mkdir(options['dst-dir'])
  await mkdir(options['tmp-dst-dir'])
})

// As the program does: what a draft has open is closed, which Node.js 26 insists on.
afterEach(async () => {
  for (const draft of drafts) await draft.discard()
  await rm(base, { recursive: true, force: true })
})

async function draftOf(name: string, more: Partial<DraftOptions> = {}) {
  const draft = await SnapshotDraft.begin(name, { ...options, ...more })
  drafts.push(draft)
  const files = draft.answer('a.sock')
  await files.write('info', Buffer.from('Name: x\n\n'))
  await files.write('stat', Buffer.from('# pxname,\n'))
  return { draft, files, directory: join(options['tmp-dst-dir'], name) }
}

test.each([1, 10, 1000])('a published snapshot is complete, with a buffer of %i', async (limit) => {
  const { draft, files } = await draftOf('100', { 'buffer-limit': limit })
  await files.write('stat', Buffer.from('w,\n\n'))
  expect(await draft.publish([files], { signal: never })).toBe(23)
  await draft.discard()
  const read = (name: string) => readFile(join(options['dst-dir'], '100', name), 'utf8')
  expect(await read('a.sock_info')).toBe('Name: x\n\n')
  expect(await read('a.sock_stat')).toBe('# pxname,\nw,\n\n')
  expect(await readdir(options['tmp-dst-dir'])).toEqual([])
})

test('nothing is on disk until the buffer is full, and then all of it', async () => {
  const { files, directory } = await draftOf('100', { 'buffer-limit': 30 })
  expect(await readdir(directory)).toEqual([])
  await files.write('stat', Buffer.alloc(20, 'x'))
  expect((await stat(join(directory, 'a.sock_stat'))).size).toBe(30)
  expect((await stat(join(directory, 'a.sock_info'))).size).toBe(9)
  await files.abandon()
})

test('a part without bytes has no file', async () => {
  const draft = await SnapshotDraft.begin('100', { ...options, fsync: false })
  const [plain, typed] = [draft.answer('a'), draft.answer('b')]
  for (const files of [plain, typed]) await files.write('stat', Buffer.from('x'))
  await typed.write('info', Buffer.from('Name: '))
  await typed.write('typed', Buffer.from('F.2.0.'))
  expect(draft.published).toBe(false)
  await draft.publish([plain, typed], { signal: never })
  expect(draft.published).toBe(true)
  expect(await readdir(join(options['dst-dir'], '100'))).toEqual(['_pull', 'a_stat', 'b_info', 'b_stat', 'b_typed'])
})

test('a target that is there stays as it is, even an empty directory', async () => {
  await mkdir(join(options['dst-dir'], '100'))
  const { draft, files } = await draftOf('100')
  await expect(draft.publish([files], { signal: never })).rejects.toMatchObject({
    code: 'SNAPSHOT_PUBLISH',
    message: expect.stringMatching(/could not be moved into the queue: .*100 exists already/),
  })
  await draft.discard()
  expect(await readdir(join(options['dst-dir'], '100'))).toEqual([])
  expect(await readdir(options['tmp-dst-dir'])).toEqual([])
})

test('a draft that is there is not taken over', async () => {
  await mkdir(join(options['tmp-dst-dir'], '100'))
  await expect(SnapshotDraft.begin('100', options)).rejects.toMatchObject({ details: { errno: 'EEXIST' } })
})

test('a file that is there is not written to', async () => {
  const { draft, files, directory } = await draftOf('100', { 'buffer-limit': 1000 })
  await writeFile(join(directory, 'a.sock_stat'), 'foreign')
  await expect(draft.publish([files], { signal: never })).rejects.toThrow(/could not be written: EEXIST/)
  expect(await readFile(join(directory, 'a.sock_stat'), 'utf8')).toBe('foreign')
  expect(await readdir(options['dst-dir'])).toEqual([])
})

test('an aborted snapshot is not published, and is removed although some of it was on disk', async () => {
  const { draft, files, directory } = await draftOf('100')
  await files.write('stat', Buffer.alloc(100))
  expect(await readdir(directory)).toHaveLength(2)
  await expect(draft.publish([files], { signal: AbortSignal.abort() })).rejects.toThrow()
  await draft.discard()
  expect([await readdir(options['dst-dir']), await readdir(options['tmp-dst-dir'])]).toEqual([[], []])
})

test('a queue that has gone is named', async () => {
  const { draft, files } = await draftOf('100')
  await rm(options['dst-dir'], { recursive: true })
  await expect(draft.publish([files], { signal: never })).rejects.toThrow(
    /snapshot 100 could not be moved into the queue: ENOENT/,
  )
})

test('what is removed again is no part of the snapshot, although some of it was on disk', async () => {
  const { draft, files } = await draftOf('100')
  draft.answer('stale.sock')
  const failed = draft.answer('b.sock')
  await failed.write('stat', Buffer.alloc(100, 'x'))
  await failed.remove()
  await draft.publish([files], { signal: never })
  expect(await readdir(join(options['dst-dir'], '100'))).toEqual(['_pull', 'a.sock_info', 'a.sock_stat'])
})

test('when all answers together fill their memory, each waits for its own writing, and none loses a byte', async () => {
  const draft = await SnapshotDraft.begin('100', { ...options, 'buffer-limit': 6_291_456, workers: 2 })
  const all = Array.from({ length: 12 }, (_, index) => draft.answer(`lb${index}`))
  const begun = all.map((files, index) => files.write('stat', Buffer.alloc(300_000, index + 65)))
  const held = begun.filter((written) => written !== undefined)
  expect(held.length).toBeGreaterThan(0)
  expect(held.length).toBeLessThan(all.length)
  await Promise.all(begun)
  await Promise.all(all.map((files) => files.write('stat', Buffer.from('end'))))
  await draft.publish(all, { signal: never })
  for (const index of all.keys()) {
    const whole = `${String.fromCharCode(index + 65).repeat(300_000)}end`
    const found = await readFile(join(options['dst-dir'], '100', `lb${index}_stat`), 'latin1')
    expect(found === whole, `lb${index}`).toBe(true)
  }
  await draft.discard()
  expect(Blocks.crowded).toBe(false)
})
