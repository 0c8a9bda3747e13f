import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startFleet } from './support/fleet.ts'
import { askSocket, type Haproxy } from './support/haproxy.ts'
import { Program } from './support/program.ts'
import { queueEntries } from './support/queue.ts'
import { type Arrived, Relay } from './support/relay.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

interface Site {
  readonly base: string
  readonly file: string
  readonly relay: Relay
  readonly daemons: readonly Haproxy[]
}

/** Real HAProxy processes, a prepared relay, and a configuration file for both programs. */
async function site(daemons: number, options = ''): Promise<Site> {
  const base = await temporaryDirectory()
  const relay = await Relay.prepare(base)
  const { daemons: started, sections } = await startFleet(base, daemons)
  const file = join(base, 'haproxystats.conf')
  await writeFile(
    file,
    `${sections}
[process]
loglevel = debug
[graphite]
port = ${relay.port}
namespace = test
prefix-hostname = false
interval = 0.2
delay = 0.5
connect-timeout = 2
write-timeout = 5
${options}`,
  )
  return { base, file, relay, daemons: started }
}

async function traffic(haproxy: Haproxy, requests: number): Promise<void> {
  for (let request = 0; request < requests; request++) {
    const response = await fetch(`http://127.0.0.1:${haproxy.port('www')}/${request}`)
    await response.text()
  }
}

/** Rows of `show stat` by kind and name, read without any code of the programs. No cell here is quoted. */
async function showStat(socket: string): Promise<Map<string, Record<string, string>>> {
  const [header = '', ...lines] = (await askSocket(socket, 'show stat')).trimEnd().split('\n')
  const names = header.slice(2).split(',')
  const kinds: Record<string, string> = { '0': 'frontend', '1': 'backend', '2': 'server' }
  return new Map(
    lines.map((line) => {
      const row = Object.fromEntries(line.split(',').map((cell, index) => [names[index] as string, cell]))
      const { pxname, svname, type = '' } = row
      const kind = kinds[type]
      return [kind === 'server' ? `backend.${pxname}.server.${svname}` : `${kind}.${pxname}`, row]
    }),
  )
}

/** What cannot change once the traffic is over. */
const settled = ['stot', 'bin', 'bout', 'hrsp_2xx', 'hrsp_4xx', 'econ', 'slim', 'scur']

async function expectedSums(daemons: readonly Haproxy[]): Promise<Map<string, number>> {
  const sums = new Map<string, number>()
  for (const { sockets } of daemons) {
    for (const [object, row] of await showStat(sockets[0] as string)) {
      for (const field of settled) {
        if (!(field in row) || (field === 'econ' && object.startsWith('frontend.'))) continue
        const path = `test.haproxy.${object}.${field}`
        sums.set(path, (sums.get(path) ?? 0) + Number(row[field] ?? 0))
      }
    }
  }
  return sums
}

function ofSnapshot(lines: readonly Arrived[], timestamp: string): Map<string, number> {
  return new Map(lines.filter((line) => line.timestamp === timestamp).map(({ path, value }) => [path, Number(value)]))
}

test('what arrives is what four HAProxy processes say, summed', async () => {
  const count = 4
  const { file, relay, daemons } = await site(count)
  await relay.start()
  for (const [index, daemon] of daemons.entries()) await traffic(daemon, 5 + index)
  await until('no open sessions', async () =>
    [...(await expectedSums(daemons))].every(([path, sum]) => !path.endsWith('.scur') || sum === 0),
  )
  const expected = await expectedSums(daemons)
  expect(expected.get('test.haproxy.frontend.www.stot')).toBeGreaterThanOrEqual(count)
  expect(expected.get('test.haproxy.frontend.www.hrsp_2xx')).toBe((count * (count - 1)) / 2 + 5 * count)

  const [pull, processing] = [new Program('pull', '-f', file), new Program('process', '-f', file)]
  const delivered = await processing.said(({ snapshot }) => snapshot !== undefined)
  expect(await pull.stop()).toBe(0)
  expect(await processing.stop()).toBe(0)

  expect(delivered).toMatchObject({ processes: count })
  const arrived = await until('the relay to have written everything', async () => {
    const lines = ofSnapshot(await relay.lines(), String(delivered['snapshot']))
    return lines.size === delivered['datapoints'] && lines
  })
  expect(expected.size).toBeGreaterThan(20)
  for (const [path, sum] of expected) expect([path, arrived.get(path)]).toEqual([path, sum])
  expect(arrived.get('test.haproxy.daemon.Maxconn')).toBeGreaterThan(0)
  expect(arrived.get('test.haproxy.backend.app.TotalServers')).toBe(2)
  expect(arrived.has('test.haproxy.daemon.50PercentileCpuUsagePct')).toBe(true)
})

test('kill -9 of process while Graphite is down loses nothing', async () => {
  const { base, file, relay } = await site(2)
  const pull = new Program('pull', '-f', file)
  const first = new Program('process', '-f', file)
  await first.said('delivery failed')
  await until('three snapshots to wait', async () => (await queueEntries(join(base, 'incoming'))).length >= 3)
  expect(await first.stop('SIGKILL')).toBe('SIGKILL')
  expect(await pull.stop()).toBe(0)
  const owed = await queueEntries(join(base, 'incoming'))
  await cp(join(base, 'incoming'), join(base, 'kept'), { recursive: true })

  const second = new Program('process', '-f', file)
  await second.said('delivery failed')
  await relay.start()
  await until('the queue to be empty', async () => (await queueEntries(join(base, 'incoming'))).length === 0)
  expect(await second.stop()).toBe(0)
  expect(await readdir(base)).not.toContain('quarantine')

  const reference = await linesOf(base, join(base, 'kept'))
  expect([...reference.keys()].sort()).toEqual([...owed].sort())
  await until('the relay to have written everything', async () => {
    const lines = await relay.lines()
    return owed.every((snapshot) => ofSnapshot(lines, snapshot).size >= (reference.get(snapshot)?.size ?? 0))
  })
  const lines = await relay.lines()
  for (const snapshot of owed) expect(withoutOwn(ofSnapshot(lines, snapshot))).toEqual(reference.get(snapshot))
})

/** The datapoints of snapshots by a run that nothing disturbs, to local-store; without own metrics, which are times. */
async function linesOf(base: string, queue: string): Promise<Map<string, Map<string, number>>> {
  const [file, store] = [join(base, 'reference.conf'), join(base, 'reference')]
  await writeFile(
    file,
    `[paths]\nbase-dir = ${join(base, 'undisturbed')}\n[process]\nsrc-dir = ${queue}\n[graphite]\nenabled = false\nnamespace = test\nprefix-hostname = false\n[local-store]\ndir = ${store}\n`,
  )
  const program = new Program('process', '-f', file)
  await until('the copied queue to be empty', async () => (await queueEntries(queue)).length === 0)
  expect(await program.stop()).toBe(0)
  const result = new Map<string, Map<string, number>>()
  for (const snapshot of await readdir(store)) {
    const lines = (await readFile(join(store, snapshot, 'stats'), 'latin1')).trimEnd().split('\n')
    const values = lines.map((line) => line.split(' ')).map(([path = '', value]) => [path, Number(value)] as const)
    result.set(snapshot, withoutOwn(new Map(values)))
  }
  return result
}

function withoutOwn(lines: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...lines].filter(([path]) => !path.includes('.haproxystats.')))
}

test('process finishes what is in hand on SIGTERM and leaves the rest in the queue', async () => {
  const { base, file, relay } = await site(2)
  const pull = new Program('pull', '-f', file)
  await until('two snapshots to wait', async () => {
    return (await queueEntries(join(base, 'incoming')).catch(() => [])).length >= 2
  })
  expect(await pull.stop()).toBe(0)
  const processing = new Program('process', '-f', file)
  await processing.said('delivery failed')
  const before = await queueEntries(join(base, 'incoming'))
  expect(await processing.stop()).toBe(0)
  expect(await queueEntries(join(base, 'incoming'))).toEqual(before)
  expect((await relay.lines()).length).toBe(0)
})

test('a second process on the same queue refuses and leaves it alone', async () => {
  const { base, file } = await site(1)
  const first = new Program('process', '-f', file)
  await first.said('watching')
  await mkdir(join(base, 'incoming', '1700000000'))
  const second = new Program('process', '-f', file)
  expect(await second.ended()).toBe(1)
  expect(second.log.at(-1)?.msg).toContain(`another haproxystats-process uses ${join(base, 'incoming')}`)
  expect(await first.stop()).toBe(0)
})

test('a snapshot that nobody can read goes to quarantine with its reason', async () => {
  const { base, file, relay } = await site(1)
  await relay.start()
  const processing = new Program('process', '-f', file)
  await processing.said('watching')
  const broken = join(base, 'incoming', '1700000000')
  await mkdir(join(base, 'made'))
  await writeFile(join(base, 'made', 'lb1.sock_stat'), '# pxname,svname,type,\nwww,FRONTEND,0,\nwww,')
  await cp(join(base, 'made'), broken, { recursive: true })
  const line = await processing.said('cannot be processed')
  expect(line).toMatchObject({ level: 50, snapshot: '1700000000' })
  expect(await readFile(join(base, 'quarantine', '1700000000.reason'), 'utf8')).toBe(
    'lb1.sock_stat ends within row 2\n',
  )
  expect(await processing.stop()).toBe(0)
})

test('process does its work with options of V8 too, which threads refuse', async () => {
  const { file, relay } = await site(1)
  await relay.start()
  const through = ['sh', '-c', 'exec "$0" --stack-size=1000 --title=collector "$@"']
  const processing = new Program({ name: 'process', through }, '-f', file)
  await processing.said('watching')
  const pull = new Program('pull', '-f', file)
  await until('datapoints', async () => (await relay.lines()).length > 0)
  expect(await pull.stop()).toBe(0)
  expect(await processing.stop()).toBe(0)
})
