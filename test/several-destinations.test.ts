import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startFleet } from './support/fleet.ts'
import { Program } from './support/program.ts'
import { queueEntries } from './support/queue.ts'
import { type Arrived, Relay } from './support/relay.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

interface Site {
  readonly base: string
  readonly file: string
  /** Of `[graphite]`. */
  readonly first: Relay
  /** Of `[graphite:second]`. */
  readonly second: Relay
}

/** One real HAProxy, two relays that are not started, and a configuration with them and local-store. */
async function site(): Promise<Site> {
  const base = await temporaryDirectory()
  for (const directory of ['one', 'two']) await mkdir(join(base, directory))
  const [first, second] = [await Relay.prepare(join(base, 'one')), await Relay.prepare(join(base, 'two'))]
  const { sections } = await startFleet(base, 1)
  const file = join(base, 'haproxystats.conf')
  await writeFile(
    file,
    `${sections}
[graphite]
port = ${first.port}
namespace = one
prefix-hostname = false
interval = 0.2
delay = 0.5
connect-timeout = 2
write-timeout = 5
[graphite:second]
port = ${second.port}
namespace = two
[local-store]
dir = \${paths:base-dir}/store
`,
  )
  return { base, file, first, second }
}

const entries = (directory: string) => queueEntries(directory).catch(() => [] as string[])

/** The snapshots that wait, and who has them already. */
async function waiting({ base }: Site): Promise<Map<string, string[]>> {
  const snapshots = (await entries(join(base, 'incoming'))).sort()
  const marks = snapshots.map(async (snapshot) => {
    const names = await entries(join(base, 'incoming', snapshot))
    return names.filter((name) => name.startsWith('.delivered.')).sort()
  })
  return new Map((await Promise.all(marks)).map((names, index) => [snapshots[index] as string, names]))
}

const other = ['.delivered.graphite', '.delivered.local-store']

/** Waits until at least so many snapshots are with everybody but the second relay; which these are. */
function deliveredToOthers(site: Site, count: number): Promise<string[]> {
  return until(`${count} snapshots that only the second relay lacks`, async () => {
    const queue = [...(await waiting(site))]
    const done = queue.filter(([, marks]) => other.every((mark) => marks.includes(mark))).map(([snapshot]) => snapshot)
    return done.length >= count && done
  })
}

/** Timestamps in the order in which they first came. */
function order(lines: readonly Arrived[]): string[] {
  return [...new Set(lines.map(({ timestamp }) => timestamp))]
}

/** Lines without what every destination's own path begins with, and without own metrics, which are times of one run. */
function comparable(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !line.includes('.haproxystats.'))
    .map((line) => line.replace(/^[a-z]+\./, ''))
    .sort()
}

const textOf = ({ path, value, timestamp }: Arrived) => `${path} ${value} ${timestamp}`

async function stored({ base }: Site): Promise<Map<string, string[]>> {
  const snapshots = (await entries(join(base, 'store'))).sort()
  const texts = snapshots.map((snapshot) => readFile(join(base, 'store', snapshot, 'stats'), 'latin1'))
  const lines = (await Promise.all(texts)).map((text) => text.trimEnd().split('\n'))
  return new Map(lines.map((some, index) => [snapshots[index] as string, some]))
}

/** A relay has of every snapshot what local-store has, under its own namespace, and nothing else. */
async function expectAll(relay: Relay, namespace: string, expected: ReadonlyMap<string, string[]>): Promise<void> {
  await until('the relay to have written everything', async () => {
    const present = new Set(comparable((await relay.lines()).map(textOf)))
    return [...expected.values()].every((lines) => comparable(lines).every((line) => present.has(line)))
  })
  const lines = await relay.lines()
  expect(lines.filter(({ path }) => !path.startsWith(`${namespace}.haproxy.`))).toEqual([])
  for (const [snapshot, owed] of expected) {
    const arrived = lines.filter(({ timestamp }) => timestamp === snapshot).map(textOf)
    expect([...new Set(comparable(arrived))]).toEqual(comparable(owed))
  }
  expect(order(lines)).toEqual([...expected.keys()])
}

test('one of three destinations is down from the beginning and process is killed: nobody loses or waits', async () => {
  const place = await site()
  const { base, file, first, second } = place
  await first.start()
  const pull = new Program('pull', '-f', file)
  const running = new Program('process', '-f', file)
  const watching = await running.said('watching')
  expect(watching['dispatchers']).toEqual(['graphite', 'graphite:second', 'local-store'])
  expect(await running.said('delivery failed')).toMatchObject({ dispatcher: 'graphite:second' })

  const before = await deliveredToOthers(place, 2)
  expect(await running.stop('SIGKILL')).toBe('SIGKILL')
  for (const [, marks] of await waiting(place)) expect(marks).not.toContain('.delivered.graphite:second')
  expect((await second.lines()).length).toBe(0)

  const again = new Program('process', '-f', file)
  const both = await deliveredToOthers(place, before.length + 2)
  expect(both.slice(0, before.length)).toEqual(before)
  expect(await pull.stop()).toBe(0)
  const failing = again.log.filter(({ dispatcher, level }) => level >= 40 && dispatcher !== undefined)
  expect(new Set(failing.map(({ dispatcher }) => dispatcher))).toEqual(new Set(['graphite:second']))

  await second.start()
  await again.said('graphite:second: delivers again')
  expect(await again.stop('SIGKILL')).toBe('SIGKILL')
  const last = new Program('process', '-f', file)
  await until('the queue to be empty', async () => (await waiting(place)).size === 0)
  expect(await last.stop()).toBe(0)

  const expected = await stored(place)
  expect([...expected.keys()]).toEqual(expect.arrayContaining(both))
  await expectAll(first, 'one', expected)
  await expectAll(second, 'two', expected)
  const times = [...expected.keys()].map(async (name) => (await stat(join(base, 'store', name, 'stats'))).mtimeMs)
  const written = await Promise.all(times)
  expect(written).toEqual([...written].sort((a, b) => a - b))
  const marked = (await first.lines()).filter(({ timestamp }) => before.includes(timestamp)).map(textOf)
  expect(marked.length, 'what a destination is marked to have is not sent to it again').toBe(new Set(marked).size)
  expect(await entries(base)).not.toContain('quarantine')
})
