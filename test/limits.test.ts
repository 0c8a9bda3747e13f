/** What an output loses or leaves out does not affect the others: with the real programs. */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestName, type PullReport, renderManifest, sealOf } from '@haproxystats/core'
import { expect, test } from 'vitest'
import { startFleet } from './support/fleet.ts'
import { freePort } from './support/free-port.ts'
import { Program } from './support/program.ts'
import { release } from './support/recorded.ts'
import { Relay } from './support/relay.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

const entries = (directory: string) => readdir(directory).catch(() => [] as string[])
const queued = async (base: string) => (await entries(join(base, 'incoming'))).filter((name) => /^\d+$/.test(name))

const statusOf = async (base: string, program: string) =>
  JSON.parse(await readFile(join(base, `haproxystats-${program}.status.json`), 'utf8'))

test('a destination that is down for longer than the queue holds takes nothing from the others', async () => {
  const base = await temporaryDirectory()
  const { sections } = await startFleet(base, 1)
  const [nobody, port] = [await freePort(), await freePort()]
  const file = join(base, 'haproxystats.conf')
  const outputs = `[graphite]\nport = ${nobody}\n[local-store]\ndir = ${base}/store\n[http]\nlisten = 127.0.0.1:${port}\n`
  await writeFile(file, `${sections}\nqueue-size = 5\n[process]\nworkers = 1\n${outputs}`)
  const running = new Program('process', '-f', file)
  await running.said('watching')
  const pull = new Program('pull', '-f', file)
  await until('nine snapshots in local-store', async () => {
    expect((await queued(base)).length).toBeLessThanOrEqual(5)
    return (await entries(join(base, 'store'))).length >= 9
  })
  expect(await running.said('graphite: backlog is full')).toMatchObject({ level: 50, dispatcher: 'graphite' })
  const overview = await (await fetch(`http://127.0.0.1:${port}/api/v1/overview`)).json()
  expect(Date.now() / 1000 - (overview as { snapshot: number }).snapshot, 'the page is fresh').toBeLessThan(10)
  expect(await pull.stop()).toBe(0)
  const { published, skipped } = await statusOf(base, 'pull')
  expect(skipped['queue-full']).toBe(0)
  await until('local-store to have all', async () => (await entries(join(base, 'store'))).length === published)
  expect(await running.stop()).toBe(0)
  const { dispatchers, snapshots } = await statusOf(base, 'process')
  expect(dispatchers['local-store']).toMatchObject({ snapshots: published, dropped: 0 })
  expect(dispatchers.graphite).toMatchObject({ snapshots: 0, waiting: 3, dropped: published - 3 })
  expect(snapshots).toMatchObject({ taken: published, waiting: 3, dropped: published - 3, vanished: 0 })
})

/** Publishes a snapshot of which one source did not answer, or none did. */
async function publishIncomplete(base: string, snapshot: number, answers: Readonly<Record<string, Buffer>>) {
  const unfinished = join(base, `unfinished-${snapshot}`)
  await mkdir(unfinished)
  for (const [name, bytes] of Object.entries(answers)) await writeFile(join(unfinished, name), bytes)
  const seals = Object.entries(answers).map(([name, bytes]) => [name, sealOf(bytes)])
  const failed = { name: 'lb2.sock', source: 'unix:///lb2.sock', result: 'failed', error: 'lb2 timed out' } as const
  const sources = [{ ...failed, code: 'SOURCE_TIMEOUT', seconds: 2, bytes: 0, retries: 0 }]
  const pull: PullReport = { seconds: 2, complete: false, sources }
  await writeFile(join(unfinished, manifestName), renderManifest({ files: Object.fromEntries(seals), pull }))
  await rename(unfinished, join(base, 'incoming', String(snapshot)))
}

test('an incomplete snapshot is left out or taken as each output wants, and shown with what is missing', async () => {
  const base = await temporaryDirectory()
  await mkdir(join(base, 'incoming'))
  const relay = await Relay.prepare(base)
  await relay.start()
  const port = await freePort()
  const file = join(base, 'haproxystats.conf')
  const outputs = `[graphite]\nport = ${relay.port}\nprefix-hostname = false\nincomplete = deliver\n[local-store]\ndir = ${base}/store\n[http]\nlisten = 127.0.0.1:${port}\n`
  await writeFile(file, `[paths]\nbase-dir = ${base}\n[process]\nworkers = 1\n${outputs}`)
  const running = new Program('process', '-f', file)
  const now = Math.floor(Date.now() / 1000)
  const { info, stat } = release('2.6.12-debian')
  await publishIncomplete(base, now, { 'lb1.sock_info': info, 'lb1.sock_stat': stat })
  const warning = await running.said('local-store: snapshot')
  expect(warning.msg).toBe(
    `local-store: snapshot ${now} is incomplete, and left out (incomplete = discard): lb2 timed out`,
  )
  const at = (path: string) => `http://127.0.0.1:${port}${path}`
  const csv = await until('the page', async () => {
    const answer = await fetch(at('/stats;csv')).catch(() => undefined)
    return answer?.ok && answer
  })
  expect(csv.headers.get('haproxystats-incomplete')).toBe('lb2 timed out')
  const overview = (await (await fetch(at('/api/v1/overview'))).json()) as { complete: boolean; problems: object[] }
  expect(overview.complete).toBe(false)
  expect(overview.problems).toContainEqual(
    expect.objectContaining({ rule: 'process-missing', title: 'Process lb2 is missing', detail: 'lb2 timed out' }),
  )
  expect(await (await fetch(at('/metrics?scope=haproxystats'))).text()).toMatch(
    /^haproxystats_source_up\{source="lb2"\} 0$/m,
  )
  const complete = await until('the relay to have it', async () => {
    return (await relay.lines()).find(({ path }) => path.endsWith('.haproxystats.Complete'))
  })
  expect(complete.value).toBe('0')

  await publishIncomplete(base, now + 1, {})
  await until('the queue to be empty', async () => (await queued(base)).length === 0)
  await until('the page to have nothing', async () => {
    const text = await (await fetch(at('/stats;csv'))).text()
    return text.trim().split('\n').length <= 1
  })
  expect(await running.stop()).toBe(0)
  expect(await entries(base)).not.toContain('quarantine')
  expect(await entries(join(base, 'store'))).toEqual([])
  const { dispatchers, snapshots } = await statusOf(base, 'process')
  expect(dispatchers['local-store']).toMatchObject({ snapshots: 0, leftOut: 2 })
  expect(dispatchers.graphite).toMatchObject({ snapshots: 2, leftOut: 0 })
  expect(snapshots).toMatchObject({ taken: 2, delivered: 0, leftOut: 2, dropped: 0, waiting: 0 })
})

test('a local-store that cannot be written is a destination that is down, also at the start', async () => {
  const base = await temporaryDirectory()
  await mkdir(join(base, 'incoming'))
  await writeFile(join(base, 'file'), '')
  const relay = await Relay.prepare(base)
  await relay.start()
  const file = join(base, 'haproxystats.conf')
  const outputs = `[graphite]\nport = ${relay.port}\nincomplete = deliver\n[local-store]\ndir = ${base}/file/store\nincomplete = deliver\nbacklog = 2\n`
  await writeFile(file, `[paths]\nbase-dir = ${base}\n[process]\nworkers = 1\n${outputs}`)
  const running = new Program('process', '-f', file)
  const { info, stat } = release('2.6.12-debian')
  const answers = { 'lb1.sock_info': info, 'lb1.sock_stat': stat }
  const times = [1, 2, 3, 4].map((number) => 1_700_000_000 + number)
  for (const time of times) await publishIncomplete(base, time, answers)
  expect(await running.said('local-store: delivery failed')).toMatchObject({ dispatcher: 'local-store' })
  await until('the relay to have all', async () => {
    const arrived = new Set((await relay.lines()).map(({ timestamp }) => Number(timestamp)))
    return times.every((time) => arrived.has(time))
  })
  expect(await running.said('local-store: backlog is full')).toMatchObject({ level: 50 })
  await until('the queue to be bounded', async () => (await queued(base)).length === 2)
  expect(await running.stop()).toBe(0)
})
