import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { temporaryDirectory } from '../../../../test/support/temporary.ts'
import { replaceFile } from './replace-file.ts'

let directory: string
let path: string

beforeEach(async () => {
  directory = await temporaryDirectory()
  path = join(directory, 'file')
  await writeFile(path, 'old')
})

const content = () => readFile(path, 'utf8')

it.each([true, false])('replaces the content, piece by piece, with sync: %s', async (sync) => {
  await replaceFile(path, [Buffer.from('ne'), Buffer.from('w')], { sync })
  expect(await content()).toBe('new')
  expect(await readdir(directory)).toEqual(['file'])
  expect((await stat(path)).mode & 0o777).toBe(0o640)
})

it('keeps the old content, and leaves nothing behind, when the new content ends early', async () => {
  const pieces = function* () {
    yield Buffer.from('half')
    throw new Error('no more')
  }
  await expect(replaceFile(path, pieces(), { sync: true })).rejects.toThrow('no more')
  await expect(replaceFile(path, 'new', { sync: true, signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
  expect(await content()).toBe('old')
  expect(await readdir(directory)).toEqual(['file'])
})

it('keeps the old content when the rename fails', async () => {
  await mkdir(join(directory, 'taken'))
  await expect(replaceFile(join(directory, 'taken'), 'new', { sync: true })).rejects.toThrow(/EISDIR|ENOTEMPTY/)
  expect((await readdir(directory)).sort()).toEqual(['file', 'taken'])
})

it('replaces a link in its place, or in that of the temporary file', async () => {
  const link = join(directory, 'link')
  for (const name of [link, `${link}.tmp`]) await symlink(path, name)
  await replaceFile(link, 'new', { sync: true })
  expect([await readFile(link, 'utf8'), await content()]).toEqual(['new', 'old'])
  expect((await readdir(directory)).sort()).toEqual(['file', 'link'])
})
