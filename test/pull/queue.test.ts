import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { queueEntries } from '../support/queue.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { levels, startPull } from './pull-program.ts'

test('long answers go to the files in pieces', async () => {
  const example = exampleAnswer({ servers: 230_000 })
  const answers = [1, 2, 3].map((pid) => example.replace('\nPid: 1000\n', `\nPid: ${pid}\n`))
  const fakes = await Promise.all(answers.map((answer) => fakeHaproxy({ answer })))
  const pull = await startPull({
    pull: { servers: fakes.map(({ address }) => address).join(', '), 'buffer-limit': 65_536, 'pull-interval': 4 },
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

/** A base directory whose queue holds two snapshots. */
async function withTwoQueued(): Promise<string> {
  const base = await temporaryDirectory()
  for (const name of ['1700000001', '1700000002']) await mkdir(join(base, 'incoming', name), { recursive: true })
  return base
}

test('a full queue suspends pulling, said once, and room resumes it', async () => {
  const fake = await fakeHaproxy()
  const base = await withTwoQueued()
  await mkdir(join(base, 'incoming', 'not-a-snapshot'))
  await writeFile(join(base, 'incoming', '1700000000'), 'a file, no snapshot')
  const pull = await startPull({ base, pull: { servers: fake.address, 'queue-size': 2 } })
  const full = await pull.line(/queue full: .* has 2 snapshots of 2/)
  expect(full).toMatchObject({ level: levels.warning, queue: 2, size: 2 })
  await pull.more(/queue full/)
  expect(fake.commands).toEqual([])
  await rename(join(pull.queue, '1700000001'), join(pull.base, 'taken'))
  await pull.published()
  const [resumed] = pull.lines(/has room again/, levels.info)
  expect(resumed!['times']).toBeGreaterThanOrEqual(2)
  const until = pull.log.indexOf(resumed!)
  expect(pull.lines(/queue full/, levels.warning).filter((line) => pull.log.indexOf(line) < until)).toHaveLength(1)
  await pull.line(/queue full/, until)
  await pull.program.stop()
  expect(await pull.status()).toMatchObject({ published: 1, dropped: 0, queueSize: 2 })
})

test('with drop-oldest a full queue loses its oldest for each new one, said once, until there is room', async () => {
  const fake = await fakeHaproxy()
  const options = { servers: fake.address, 'queue-size': 2, 'queue-full': 'drop-oldest' }
  const pull = await startPull({ base: await withTwoQueued(), pull: options })
  const begun = await pull.line(/queue full: .* has 2 snapshots of 2 .*; dropping the oldest for each new one/)
  expect(begun).toMatchObject({ level: levels.error, snapshot: '1700000001' })
  await pull.more(/dropping the oldest/)
  await pull.published()
  const kept = await until('a full queue', async () => {
    const found = await pull.snapshots()
    return found.length === 2 && found
  })
  expect(Number(kept[0])).toBeGreaterThan(1_700_000_002)
  expect(pull.lines(/dropping the oldest/, levels.error)).toHaveLength(1)
  await rename(join(pull.queue, kept[1]!), join(pull.base, 'taken'))
  const resumed = await pull.line(/queue .* has room again: \d+ snapshots were dropped/)
  await pull.published()
  await pull.program.stop()
  expect(await queueEntries(pull.temporary)).toEqual([])
  const later = pull.log.slice(pull.log.indexOf(resumed)).filter(({ msg }) => /dropping the oldest/.test(msg))
  expect(await pull.status()).toMatchObject({ queueSize: 2, dropped: Number(resumed['times']) + later.length })
})

test('a snapshot that is there is not overwritten, not even an empty directory', async () => {
  const fake = await fakeHaproxy()
  const pull = await startPull({ pull: { servers: fake.address } })
  await pull.published()
  const next = Number((await pull.snapshots()).at(-1))
  const taken = join(pull.queue, String(next + 2))
  await mkdir(taken)
  await pull.line(/is in the queue already; this pull is skipped/)
  await until('a snapshot behind it', async () => Number((await pull.snapshots()).at(-1)) > next + 2)
  expect(await readdir(taken)).toEqual([])
  await pull.program.stop()
  expect(await pull.status()).toMatchObject({ skipped: { taken: 1 } })
})

test('a file that cannot be written whole: nothing is published, and it recovers by itself', async () => {
  const fake = await fakeHaproxy({ answer: exampleAnswer({ servers: 1000 }) })
  const pull = await startPull({ pull: { servers: fake.address } })
  const limitFiles = (bytes: string) => execFileSync('prlimit', ['--pid', String(pull.program.pid), `--fsize=${bytes}`])
  limitFiles('4096:')
  const error = await pull.line(/snapshot \d+ could not be written: EFBIG/)
  expect(error.level).toBe(levels.error)
  const before = await pull.snapshots()
  await pull.more(/could not be written/)
  expect(await pull.snapshots()).toEqual(before)
  expect(pull.lines(/could not be written/, levels.error)).toHaveLength(1)
  limitFiles('unlimited:')
  const [snapshot] = await pull.published()
  const files = Object.values(await pull.read(snapshot!))
  expect(files.join('')).toBe(exampleAnswer({ servers: 1000 }))
  await pull.line(/snapshots are published again/)
  expect(pull.lines(/snapshots are published again/)).toHaveLength(1)
  await pull.program.stop()
  expect(await queueEntries(pull.temporary)).toEqual([])
})
