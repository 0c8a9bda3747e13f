import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeHaproxy } from '../support/fake-haproxy.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { levels, startPull } from './pull-program.ts'

const file = 'haproxystats-pull.status.json'

test('the status file tells what became of every slot', async () => {
  const good = await fakeHaproxy()
  const other = await fakeHaproxy()
  const pull = await startPull({ pull: { servers: `${good.address}, ${other.address}` } })
  await pull.published()
  other.behave({ cutAfter: 30 })
  await pull.more(/is incomplete/, 2)
  expect(await pull.program.stop()).toBe(0)
  const status = await pull.status()
  const snapshots = await pull.snapshots()
  const incomplete = pull.lines(/is incomplete/).length
  expect(status).toMatchObject({
    program: 'haproxystats-pull',
    pid: pull.program.pid,
    lastPublished: Number(snapshots.at(-1)),
    queueSize: snapshots.length,
    published: snapshots.length,
    incomplete,
    partial: incomplete,
    lastComplete: Number(snapshots.at(-1 - incomplete)),
    failed: 0,
    dropped: 0,
    skipped: { 'queue-full': 0, 'no-source': 0, taken: 0, behind: 0, missed: expect.any(Number) },
    sources: [
      { source: good.address, state: 'answered', since: expect.any(String) },
      { source: other.address, state: 'failed', since: expect.any(String) },
    ],
    usedSlots: expect.any(Array),
  })
  const { lastTick, oldest, sources } = status as {
    lastTick: { slot: number; time: string }
    oldest: number
    sources: { since: string }[]
  }
  expect(lastTick.slot).toBeGreaterThanOrEqual(Number(snapshots.at(-1)))
  expect(Date.parse(lastTick.time)).toBeGreaterThanOrEqual(lastTick.slot * 1000)
  expect(oldest).toBeGreaterThan(0)
  expect(Date.parse(sources[1]!.since)).toBeGreaterThan(Date.parse(sources[0]!.since))
  expect((await stat(join(pull.base, file))).mode & 0o777).toBe(0o640)
  expect((await readdir(pull.base)).sort()).toEqual([file, 'incoming', 'incoming.tmp', 'pull.conf'])
})

test('a slot that an earlier run used is not used again although the clock was set back since', async () => {
  const base = await temporaryDirectory()
  const now = Math.floor(Date.now() / 1000)
  // Later than the program can take to start on a busy machine.
  const used = now + 8
  await writeFile(join(base, file), JSON.stringify({ lastPublished: used, usedSlots: [[now - 3600, used], 'x', [1]] }))
  const fake = await fakeHaproxy()
  const pull = await startPull({ base, pull: { servers: fake.address } })
  await pull.line(/the clock is \d+ s behind the newest snapshot/)
  const [first] = await pull.published()
  expect(Number(first)).toBeGreaterThan(used)
  await pull.program.stop()
  const status = (await pull.status()) as { skipped: { behind: number }; usedSlots: number[][] }
  expect(status.skipped.behind).toBeGreaterThan(0)
  expect(status.usedSlots[0]![0]).toBe(now - 3600)
  expect(Math.max(...status.usedSlots.flat())).toBeGreaterThanOrEqual(Number(first))
})

test('a status file that cannot be written is said once and stops nothing', async () => {
  const base = await temporaryDirectory()
  await mkdir(join(base, file))
  const fake = await fakeHaproxy()
  const pull = await startPull({ base, pull: { servers: fake.address } })
  await pull.published(2)
  await until('a line about it', () => pull.lines(/cannot write .*haproxystats-pull\.status\.json/).length > 0)
  expect(await pull.program.stop()).toBe(0)
  expect(pull.lines(/cannot write .*status/, levels.warning)).toHaveLength(1)
})
