import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Configuration, makeBaseDirectory } from '@haproxystats/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { surroundingProblems } from '../check/surroundings.ts'
import { prepareDirectories } from './directories.ts'

let base: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'directories-'))
})

afterEach(() => rm(base, { recursive: true, force: true }))

function configure(...lines: string[]): Configuration {
  return parseConfiguration(`[paths]\nbase-dir = ${base}\n[pull]\n${lines.join('\n')}\n`)
}

test('both are made, for the program and its group, and not by a check', async () => {
  expect(await surroundingProblems(configure(), false)).toEqual([])
  expect(await readdir(base)).toEqual([])
  await prepareDirectories(configure().pull)
  for (const name of ['incoming', 'incoming.tmp']) {
    expect((await stat(join(base, name))).mode & 0o777 & ~0o750).toBe(0)
  }
  await prepareDirectories(configure().pull)
  expect(await surroundingProblems(configure(), false)).toEqual([])
})

test('base-dir may be missing with its parents, where they can be made', async () => {
  const deep = join(base, 'not/yet/there')
  const configuration = parseConfiguration(`[paths]\nbase-dir = ${deep}\n`)
  expect(await surroundingProblems(configuration, true)).toEqual([])
  expect(await readdir(base)).toEqual([])
  await makeBaseDirectory(deep)
  await prepareDirectories(configuration.pull)
  expect((await readdir(deep)).sort()).toEqual(['incoming', 'incoming.tmp'])
  expect((await stat(deep)).mode & 0o777 & ~0o750).toBe(0)
  await writeFile(join(base, 'file'), '')
  const below = parseConfiguration(`[paths]\nbase-dir = ${base}/file/below\n`)
  expect(await surroundingProblems(below, true)).toMatchObject([
    { option: 'dst-dir', message: expect.stringContaining('cannot be') },
    { option: 'tmp-dst-dir', message: expect.stringContaining('cannot be') },
  ])
})

test('a file is no directory', async () => {
  await writeFile(join(base, 'incoming'), '')
  await expect(prepareDirectories(configure().pull)).rejects.toThrow(/dst-dir = .*is not a directory/)
})

test('both must be on one file system', async () => {
  const { dev } = await stat(base)
  const elsewhere = '/dev/shm'
  expect((await stat(elsewhere)).dev).not.toBe(dev)
  const other = await mkdtemp(join(elsewhere, 'directories-'))
  try {
    const problems = await surroundingProblems(configure(`tmp-dst-dir = ${other}/tmp`), true)
    expect(problems).toMatchObject([{ option: 'tmp-dst-dir', message: expect.stringMatching(/on the file system of/) }])
  } finally {
    await rm(other, { recursive: true })
  }
})

test('a socket-dir that is missing is found by a check, and keeps nobody from starting', async () => {
  const configuration = configure(`socket-dir = ${base}/none`)
  expect(await surroundingProblems(configuration, false)).toMatchObject([
    { option: 'socket-dir', found: `${base}/none` },
  ])
  expect(await surroundingProblems(configuration, true)).toEqual([])
  await prepareDirectories(configuration.pull)
})
