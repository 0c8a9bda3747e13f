import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { until } from '../support/until.ts'
import { levels, startPull } from './pull-program.ts'

test('long answers go to the files in pieces', async () => {
  const answers = [30, 31, 32].map((servers) => exampleAnswer({ servers: servers * 10_000 }))
  const fakes = await Promise.all(answers.map((answer) => fakeHaproxy({ answer })))
  const pull = await startPull({
    pull: { servers: fakes.map(({ address }) => address).join(', '), 'buffer-limit': 65_536, 'pull-interval': 10 },
  })
  const [snapshot] = await until(
    'a snapshot',
    async () => {
      const found = await pull.snapshots()
      return found.length > 0 && found
    },
    60,
  )
  const files = await pull.read(snapshot!)
  for (const [index, answer] of answers.entries()) {
    const name = `127.0.0.1_${new URL(fakes[index]!.address).port}`
    expect(`${files[`${name}_info`]}${files[`${name}_stat`]}` === answer, name).toBe(true)
  }
  const bytes = answers.reduce((sum, answer) => sum + answer.length, 0)
  const peak = Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pull.program.pid}/status`, 'utf8'))?.[1]) * 1024
  expect(bytes).toBeGreaterThan(60e6)
  expect(peak).toBeLessThan(60e6 + bytes)
}, 90_000)

test('a full queue suspends pulling, said once, and room resumes it', async () => {
  const fake = await fakeHaproxy()
  const pull = await startPull({ pull: { servers: fake.address, 'queue-size': 2 } })
  await mkdir(join(pull.queue, 'not-a-snapshot'), { recursive: true })
  await writeFile(join(pull.queue, '1700000000'), 'a file, no snapshot')
  const full = await pull.line(/the queue .* is full, 2 snapshots of 2/)
  expect(full).toMatchObject({ level: levels.warning, queue: 2, size: 2 })
  const asked = fake.commands.length
  await pull.more(/the queue .* is full/, 2)
  expect(fake.commands).toHaveLength(asked)
  const waiting = (await pull.snapshots()).filter((name) => Number(name) > 1_700_000_000)
  expect(waiting).toHaveLength(2)
  await rename(join(pull.queue, waiting[0]!), join(pull.base, 'taken'))
  await pull.published()
  const [resumed] = pull.lines(/there is room in the queue/, levels.info)
  expect(resumed!['times']).toBeGreaterThanOrEqual(3)
  const until = pull.log.indexOf(resumed!)
  expect(pull.lines(/is full/, levels.warning).filter((line) => pull.log.indexOf(line) < until)).toHaveLength(1)
  await pull.line(/is full/, until)
})

test('a snapshot that is there is not overwritten, not even an empty directory', async () => {
  const fake = await fakeHaproxy()
  const pull = await startPull({ pull: { servers: fake.address } })
  await pull.published()
  const next = Number((await pull.snapshots()).at(-1))
  for (let slot = next + 3; slot <= next + 5; slot++) await mkdir(join(pull.queue, String(slot)))
  await pull.line(/is in the queue already; this pull is skipped/)
  await until('a snapshot behind them', async () => Number((await pull.snapshots()).at(-1)) > next + 5)
  for (let slot = next + 3; slot <= next + 5; slot++) expect(await readdir(join(pull.queue, String(slot)))).toEqual([])
})

test('a file that cannot be written whole: nothing is published, and it recovers by itself', async () => {
  const fake = await fakeHaproxy({ answer: exampleAnswer({ servers: 1000 }) })
  const pull = await startPull({ pull: { servers: fake.address } })
  await pull.published()
  const limitFiles = (bytes: string) => execFileSync('prlimit', ['--pid', String(pull.program.pid), `--fsize=${bytes}`])
  limitFiles('4096:')
  const error = await pull.line(/snapshot \d+ could not be written: EFBIG/)
  expect(error.level).toBe(levels.error)
  const before = await pull.snapshots()
  await pull.more(/could not be written/, 2)
  expect(await pull.snapshots()).toEqual(before)
  expect(pull.lines(/could not be written/, levels.error)).toHaveLength(1)
  limitFiles('unlimited:')
  const [snapshot] = await pull.published()
  const files = Object.values(await pull.read(snapshot!))
  expect(files.join('')).toBe(exampleAnswer({ servers: 1000 }))
  expect(pull.lines(/snapshots are published again/)).toHaveLength(1)
  await pull.program.stop()
  expect(await readdir(pull.temporary)).toEqual([])
})
