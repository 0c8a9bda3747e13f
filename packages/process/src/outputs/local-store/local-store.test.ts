import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@haproxystats/core/program'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { localStore } from './local-store.ts'

let dir: string
const signal = new AbortController().signal
const batch = (text: string) => ({ snapshot: '1700000000', bytes: new Uint8Array(Buffer.from(text)), datapoints: 1 })

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'local-store-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('writes the lines of a snapshot to <dir>/<timestamp>/stats and nothing else', async () => {
  const sink = localStore.open({ dir: join(dir, 'store') }, { log: silentLogger() })
  await sink.send([batch('a.b 1 1700000000\n')], signal)
  const directory = join(dir, 'store', '1700000000')
  expect(await readFile(join(directory, 'stats'), 'utf8')).toBe('a.b 1 1700000000\n')
  expect(await readdir(directory)).toEqual(['stats'])
  expect((await stat(join(directory, 'stats'))).mode & 0o007).toBe(0)
})

test('a second delivery replaces the file whole', async () => {
  const sink = localStore.open({ dir }, { log: silentLogger() })
  await sink.send([batch('a.b 1 1700000000\nc.d 2 1700000000\n')], signal)
  await sink.send([batch('a.b 1 1700000000\n')], signal)
  expect(await readFile(join(dir, '1700000000', 'stats'), 'utf8')).toBe('a.b 1 1700000000\n')
})

test('a directory that cannot be made is an error that names it and may be tried again', async () => {
  await writeFile(join(dir, 'file'), '')
  const sink = localStore.open({ dir: join(dir, 'file') }, { log: silentLogger() })
  const sending = sink.send([batch('x')], signal)
  await expect(sending).rejects.toMatchObject({ code: 'DESTINATION' })
  await expect(sending).rejects.toThrow(/cannot write .*file.1700000000.stats/)
  await mkdir(join(dir, 'unused'))
})
