import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Quarantine } from './quarantine.ts'

let base: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'quarantine-'))
})
afterEach(() => rm(base, { recursive: true, force: true }))

async function take(quarantine: Quarantine, snapshot: string, size: number): Promise<void> {
  const path = join(base, snapshot)
  await mkdir(path)
  await writeFile(join(path, 'a_stat'), 'x'.repeat(size))
  await quarantine.take(path, snapshot, 'broken')
}

const kept = () => readdir(join(base, 'quarantine'))

test('keeps the newest that fit, each with its reason', async () => {
  const quarantine = new Quarantine(join(base, 'quarantine'), 250)
  for (const snapshot of ['99', '100', '101']) await take(quarantine, snapshot, 100)
  expect((await kept()).sort()).toEqual(['100', '100.reason', '101', '101.reason'])
})

test('keeps nothing that is larger than all of it', async () => {
  const quarantine = new Quarantine(join(base, 'quarantine'), 250)
  await take(quarantine, '99', 100)
  await take(quarantine, '100', 1000)
  expect(await kept()).toEqual([])
})

test('keeps nothing when it may hold nothing', async () => {
  await take(new Quarantine(join(base, 'quarantine'), 0), '99', 0)
  expect(await kept()).toEqual([])
})

test('is bounded in number however small they are', async () => {
  const quarantine = new Quarantine(join(base, 'quarantine'), 1e9)
  await mkdir(join(base, 'quarantine'))
  for (let number = 1; number <= 1000; number++) await mkdir(join(base, 'quarantine', String(number)))
  await take(quarantine, '2000', 1)
  const names = await kept()
  expect(names).toContain('2000')
  expect(names).not.toContain('1')
  expect(names.filter((name) => !name.endsWith('.reason'))).toHaveLength(1000)
})

test('a snapshot that cannot be moved leaves no reason behind', async () => {
  const quarantine = new Quarantine(join(base, 'quarantine'), 250)
  await expect(quarantine.take(join(base, 'missing'), '99', 'broken')).rejects.toThrow('ENOENT')
  expect(await kept()).toEqual([])
})

test('reasons whose snapshot is gone are removed with the next that is quarantined, and nothing else', async () => {
  const quarantine = new Quarantine(join(base, 'quarantine'), 250)
  await take(quarantine, '99', 10)
  for (const name of ['98.reason', '97.1.reason', 'my.reason']) await writeFile(join(base, 'quarantine', name), '')
  await take(quarantine, '100', 10)
  expect((await kept()).sort()).toEqual(['100', '100.reason', '99', '99.reason', 'my.reason'])
})
