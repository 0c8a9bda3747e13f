import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SnapshotQueue } from './snapshot-queue.ts'

/** A disk that deletes nothing of a snapshot that left the queue while it is `broken`. */
const disk = vi.hoisted(() => ({ broken: false }))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const rm: typeof real.rm = async (path, options) => {
    const isThere = await real.stat(path).then(
      () => true,
      () => false,
    )
    if (disk.broken && isThere) throw Object.assign(new Error('EIO: i/o error, rm'), { code: 'EIO' })
    return real.rm(path, options)
  }
  return { ...real, rm }
})

let base: string
let queue: SnapshotQueue

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'queue-'))
  await mkdir(join(base, 'incoming'))
  queue = new SnapshotQueue(join(base, 'incoming'), 1000)
  await queue.open()
})

afterEach(() => rm(base, { recursive: true, force: true }))

test('lists snapshots by age and nothing else', async () => {
  for (const name of ['1700000010', '99', '1700000002', '007', '-1', '1e9', 'x', '1700000003.tmp']) {
    await mkdir(queue.pathOf(name))
  }
  await writeFile(queue.pathOf('1700000001'), 'a file')
  await symlink(base, queue.pathOf('1700000004'))
  expect(await queue.list()).toEqual(['99', '1700000002', '1700000010'])
})

test('a removed snapshot is gone, with all its files', async () => {
  await mkdir(queue.pathOf('5'))
  await writeFile(join(queue.pathOf('5'), 'a_info'), 'x')
  await queue.remove('5')
  expect(await queue.list()).toEqual([])
  expect(await readdir(join(base, 'incoming.removing'))).toEqual([])
})

test('removal does not follow links', async () => {
  const elsewhere = join(base, 'elsewhere')
  await mkdir(elsewhere)
  await writeFile(join(elsewhere, 'precious'), 'x')
  await mkdir(queue.pathOf('5'))
  await symlink(elsewhere, join(queue.pathOf('5'), 'a_stat'))
  await queue.remove('5')
  expect(await readdir(elsewhere)).toEqual(['precious'])
})

test('a removal that was interrupted is finished at the next start', async () => {
  const half = join(base, 'incoming.removing', '5')
  await mkdir(half)
  await writeFile(join(half, 'a_info'), 'x')
  await new SnapshotQueue(queue.directory, 1000).open()
  expect(await readdir(join(base, 'incoming.removing'))).toEqual([])
})

test('marks say what became of a snapshot at each output', async () => {
  await mkdir(queue.pathOf('5'))
  await writeFile(join(queue.pathOf('5'), 'a_info'), 'x')
  expect(await queue.fates('5')).toEqual(new Map())
  await queue.mark('5', 'graphite', 'delivered')
  await queue.mark('5', 'graphite:second', 'dropped')
  await queue.mark('5', 'local-store', 'left-out')
  const expected = { graphite: 'delivered', 'graphite:second': 'dropped', 'local-store': 'left-out' }
  expect(Object.fromEntries(await queue.fates('5'))).toEqual(expected)
})

test('marks that cannot be read are no answer', async () => {
  await writeFile(queue.pathOf('5'), 'a file')
  await expect(queue.fates('5')).rejects.toThrow('ENOTDIR')
})

test('a snapshot leaves the queue although the directory beside it was removed beside it', async () => {
  await rm(join(base, 'incoming.removing'), { recursive: true })
  await mkdir(queue.pathOf('5'))
  await queue.remove('5')
  expect(await queue.list()).toEqual([])
})

test('a snapshot that cannot be deleted is out of the queue, and is deleted with a later one', async () => {
  await mkdir(queue.pathOf('5'))
  await writeFile(join(queue.pathOf('5'), 'a_info'), 'x')
  disk.broken = true
  expect(await queue.remove('5')).toMatchObject({ code: 'EIO' })
  expect(await queue.list()).toEqual([])
  expect(await readdir(join(base, 'incoming.removing'))).toEqual(['5'])
  disk.broken = false
  await mkdir(queue.pathOf('6'))
  expect(await queue.remove('6')).toBe(undefined)
  expect(await readdir(join(base, 'incoming.removing'))).toEqual([])
})

test('two snapshots of one name can be quarantined', async () => {
  for (const reason of ['first', 'second']) {
    await mkdir(queue.pathOf('5'))
    await queue.quarantine('5', reason)
  }
  expect((await readdir(queue.quarantineDirectory)).sort()).toEqual(['5', '5.1', '5.1.reason', '5.reason'])
  expect(await readFile(join(queue.quarantineDirectory, '5.1.reason'), 'utf8')).toBe('second\n')
})
