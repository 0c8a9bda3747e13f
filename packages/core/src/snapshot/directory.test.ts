import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inspectMove, makeDirectories, makeDirectory } from './directory.ts'

let base: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'directory-'))
})

afterEach(() => rm(base, { recursive: true, force: true }))

test('directories are made with those above them, once, and 0750', async () => {
  const path = join(base, 'a', 'b', 'c')
  await makeDirectories(path)
  await makeDirectories(path)
  expect((await stat(path)).mode & 0o777).toBe(0o750)
  expect((await stat(join(base, 'a'))).mode & 0o777).toBe(0o750)
})

test('what keeps one from being made is told as the system says it', async () => {
  await writeFile(join(base, 'file'), '')
  await expect(makeDirectories(join(base, 'file', 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  await expect(makeDirectory(join(base, 'none', 'a'))).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(makeDirectories(join(base, 'x'.repeat(300)))).rejects.toMatchObject({ code: 'ENAMETOOLONG' })
})

test('what a trial left that was killed, before its move or after it, is gone after the next one', async () => {
  const [from, to] = [join(base, 'from'), join(base, 'to')]
  for (const path of [from, to]) await makeDirectory(path)
  const option = { section: 'pull', option: 'tmp-dst-dir', path: from }
  expect(await inspectMove(option, to)).toBeUndefined()
  for (const path of [from, to]) {
    await mkdir(join(path, '.haproxystats-trial-pull'))
    expect(await inspectMove(option, to)).toBeUndefined()
    expect([await readdir(from), await readdir(to)]).toEqual([[], []])
  }
})
