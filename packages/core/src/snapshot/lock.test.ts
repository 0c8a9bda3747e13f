import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDirectory } from './lock.ts'

let base: string
let directory: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'lock-'))
  directory = join(base, 'incoming')
  await mkdir(directory)
})

afterEach(() => rm(base, { recursive: true, force: true }))

test('a directory has one user of a program, by whatever path it is named', async () => {
  const lock = await lockDirectory('p', directory)
  await symlink(directory, join(base, 'other-path'))
  await expect(lockDirectory('p', join(base, 'other-path'), 'src-dir')).rejects.toMatchObject({
    code: 'QUEUE_BUSY',
    message: `another p uses ${join(base, 'other-path')}; stop it, or give this one a directory of its own with src-dir`,
  })
  lock.release()
  await expect.poll(() => lockDirectory('p', directory).then((next) => next.release())).toBe(undefined)
})

test('other programs and other directories do not matter', async () => {
  const locks = [await lockDirectory('p', directory), await lockDirectory('q', directory)]
  locks.push(await lockDirectory('p', base))
  for (const lock of locks) lock.release()
})

test('a directory that is not there is named', async () => {
  await expect(lockDirectory('p', join(base, 'missing'))).rejects.toThrow(/cannot use .*missing.*ENOENT/)
})
