import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exampleAnswer, fakeHaproxy } from '../support/fake-haproxy.ts'
import { queueEntries } from '../support/queue.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { launchPull, levels, type Pull, startPull } from './pull-program.ts'

/** A pull that is in the middle of writing a snapshot: some of it is on disk, the rest never comes. */
async function startInMidSnapshot(): Promise<Pull> {
  const answer = exampleAnswer({ servers: 5000 })
  const fake = await fakeHaproxy({ answer, stallAfter: answer.length - 100 })
  const pull = await startPull({ pull: { servers: fake.address, 'buffer-limit': 1000, 'pull-interval': 5 } })
  await until('an unfinished snapshot', async () => {
    const [name] = await queueEntries(pull.temporary).catch(() => [])
    if (name === undefined) return false
    const files = await readdir(join(pull.temporary, name)).catch(() => [])
    return files.length === 2
  })
  return pull
}

test('a second one on its directories refuses; kill -9 leaves a leftover, which the next start removes, and nothing else', async () => {
  const killed = await startInMidSnapshot()
  const second = await launchPull({ base: killed.base })
  expect(await second.ended()).toBe(1)
  expect(second.log.at(-1)).toMatchObject({ level: levels.fatal, code: 'QUEUE_BUSY' })
  expect(second.log.at(-1)!.msg).toMatch(/another haproxystats-pull uses .*\/incoming; stop it, .* with dst-dir/)
  expect(await queueEntries(killed.temporary)).toHaveLength(1)

  await killed.program.stop('SIGKILL')
  const [leftover] = await queueEntries(killed.temporary)
  expect(leftover).toMatch(/^\d+$/)
  expect(await killed.snapshots()).toEqual([])

  const elsewhere = await temporaryDirectory()
  await writeFile(join(elsewhere, 'precious'), 'x')
  await symlink(elsewhere, join(killed.temporary, '1700000000'))
  await symlink(elsewhere, join(killed.temporary, leftover!, 'link'))
  await mkdir(join(killed.temporary, 'mine'))
  await writeFile(join(killed.temporary, '007'), '')
  const fake = await fakeHaproxy()
  const pull = await startPull({ base: killed.base, pull: { servers: fake.address } })
  await pull.published()
  expect(pull.lines(/removed 2 unfinished snapshots/, levels.info)).toHaveLength(1)
  await pull.program.stop()
  expect((await queueEntries(pull.temporary)).sort()).toEqual(['007', 'mine'])
  expect(await readdir(elsewhere)).toEqual(['precious'])
})

test('of many leftovers the log tells how many, and names a few', async () => {
  const base = await temporaryDirectory()
  const names = Array.from({ length: 3000 }, (_, index) => String(1_700_000_000 + index))
  for (const name of names) await mkdir(join(base, 'incoming.tmp', name), { recursive: true })
  const pull = await startPull({ base })
  const line = await pull.line(/^removed 3000 unfinished snapshots/)
  expect(line).toMatchObject({ count: 3000 })
  expect(names).toEqual(expect.arrayContaining(line['snapshots'] as string[]))
  expect(JSON.stringify(line).length).toBeLessThan(1000)
  expect(await queueEntries(pull.temporary)).toEqual([])
})

describe('told to stop it ends with 0 and leaves nothing half-written', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('by %s while it waits', async (signal) => {
    const fake = await fakeHaproxy()
    const pull = await startPull({ pull: { servers: fake.address, 'pull-interval': 86_400 } })
    await until('its directories', () => existsSync(pull.temporary))
    expect(await pull.program.stop(signal)).toBe(0)
    expect(pull.lines(/stopped/)).toHaveLength(1)
    expect(await queueEntries(pull.temporary)).toEqual([])
  })

  test('while it reads', async () => {
    const pull = await startInMidSnapshot()
    expect(await pull.program.stop()).toBe(0)
    expect(await queueEntries(pull.temporary)).toEqual([])
    expect(await pull.snapshots()).toEqual([])
  })

  test('while it waits to connect again', async () => {
    const path = join(await temporaryDirectory(), 'none.sock')
    const options = { servers: `unix://${path}`, retries: -1, interval: 1000, 'pull-interval': 3 }
    const pull = await startPull({ pull: options })
    await until('an unfinished snapshot', async () => (await queueEntries(pull.temporary).catch(() => [])).length > 0)
    expect(await pull.program.stop()).toBe(0)
    expect(await queueEntries(pull.temporary)).toEqual([])
  })
})

describe('it does not start', () => {
  test('with a queue that everybody may write to', async () => {
    const base = await temporaryDirectory()
    await mkdir(join(base, 'incoming'))
    await chmod(join(base, 'incoming'), 0o777)
    const program = await launchPull({ base })
    expect(await program.ended()).toBe(2)
    expect(program.errors).toMatch(/dst-dir = .*incoming: may be written to by everybody.*chmod o-w/)
    expect(program.log).toEqual([])
  })

  test('without the parent of its directories, and says all that is wrong', async () => {
    const missing = join(await temporaryDirectory(), 'missing')
    const program = await launchPull({ pull: { 'dst-dir': `${missing}/in`, 'tmp-dst-dir': `${missing}/tmp` } })
    expect(await program.ended()).toBe(2)
    expect(program.errors).toMatch(/ dst-dir = .*install -d[\s\S]* tmp-dst-dir = .*install -d/)
  })
})
