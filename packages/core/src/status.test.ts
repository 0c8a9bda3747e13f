import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Logger } from './log.ts'
import { silentLogger } from './program/logger.ts'
import { readStatus, StatusFile, statusPath, version } from './status.ts'

let base: string
let path: string
let log: Logger
let said: string[]

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'status-'))
  path = statusPath(base, 'p')
  said = []
  log = silentLogger()
  for (const level of ['info', 'warn'] as const) {
    log[level] = (_: unknown, text?: string) => void said.push(`${level} ${text}`)
  }
})

afterEach(() => rm(base, { recursive: true, force: true }))

const written = async () => JSON.parse(await readFile(path, 'utf8'))

test('tells which program it is, since when, and what it was told', async () => {
  const before = new Date().toISOString()
  const status = new StatusFile(path, { program: 'p', log })
  status.update({ a: 1, gone: undefined })
  status.update({ b: { c: [2] } })
  await status.close()
  expect(path).toBe(join(base, 'p.status.json'))
  const { start, ...others } = await written()
  expect(others).toEqual({ program: 'p', pid: process.pid, version, a: 1, b: { c: [2] } })
  expect(start >= before && start <= new Date().toISOString()).toBe(true)
  expect((await stat(path)).mode & 0o777).toBe(0o640)
  expect(await readdir(base)).toEqual(['p.status.json'])
  expect(said).toEqual([])
})

test('is there soon, without being closed', async () => {
  const status = new StatusFile(path, { program: 'p', log })
  status.update({ a: 1 })
  await vi.waitFor(async () => expect(await written()).toMatchObject({ a: 1 }), { timeout: 10_000 })
  await status.close()
})

test('is written at most once a second, whatever is told, and at the end', async () => {
  const status = new StatusFile(path, { program: 'p', log })
  const started = performance.now()
  const versions = new Set<string>()
  for (let count = 1; count <= 300; count++) {
    status.update({ count })
    versions.add(await readFile(path, 'utf8').catch(() => ''))
  }
  versions.delete('')
  expect(versions.size).toBeLessThanOrEqual(1 + (performance.now() - started) / 1000)
  await status.close()
  expect(await written()).toMatchObject({ count: 300 })
  status.update({ count: 301 })
  await status.close()
  expect(await written()).toMatchObject({ count: 300 })
})

test('what cannot be written is said once, and when it can again', async () => {
  const elsewhere = join(base, 'missing')
  const failing = new StatusFile(join(elsewhere, 's.json'), { program: 'p', log })
  const status = new StatusFile(join(elsewhere, 's.json'), { program: 'p', log })
  failing.update({ a: 1 })
  await vi.waitFor(() => expect(said).toHaveLength(1), { timeout: 10_000 })
  failing.update({ a: 2 })
  await failing.close()
  expect(said).toEqual([
    expect.stringMatching(
      /^warn cannot write the status file .*missing\/s\.json: ENOENT.*; the program goes on without it$/,
    ),
  ])
  said = []
  status.update({ a: 1 })
  await vi.waitFor(() => expect(said).toHaveLength(1), { timeout: 10_000 })
  status.update({ a: 2 })
  await mkdir(elsewhere)
  await status.close()
  expect(await readdir(elsewhere)).toEqual(['s.json'])
  expect(said.slice(1)).toEqual([`info ${elsewhere}/s.json is written again`])
})

describe('read again', () => {
  test('it tells what was written', async () => {
    const status = new StatusFile(path, { program: 'p', log })
    status.update({ lastPublished: 1_700_000_000 })
    await status.close()
    expect(await readStatus(path)).toMatchObject({ program: 'p', lastPublished: 1_700_000_000 })
  })

  test.each([
    ['nothing', ''],
    ['half an object', '{"a":'],
    ['a list', '[1]'],
    ['null', 'null'],
    ['a number', '17'],
    ['more than a program writes', `"${'x'.repeat(1024 ** 2)}"`],
  ])('%s is nothing', async (_, text) => {
    await writeFile(path, text)
    expect(await readStatus(path)).toBeUndefined()
  })

  test('what is no file is nothing', async () => {
    expect(await readStatus(path)).toBeUndefined()
    await mkdir(path)
    expect(await readStatus(path)).toBeUndefined()
    await writeFile(join(base, 'other'), '{"a":1}')
    await symlink(join(base, 'other'), join(base, 'link'))
    expect(await readStatus(join(base, 'link'))).toBeUndefined()
    execFileSync('mkfifo', [join(base, 'fifo')])
    expect(await readStatus(join(base, 'fifo'))).toBeUndefined()
  })
})
