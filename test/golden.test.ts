import { once } from 'node:events'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { isSnapshotName } from '@haproxystats/core'
import { silentLogger } from '@haproxystats/core/program'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Pipeline } from '../packages/process/src/aggregate/pipeline.ts'
import { LineEncoder } from '../packages/process/src/outputs/format/lines.ts'
import { linesEncoding } from '../packages/process/src/outputs/format/paths.ts'
import { ExcludeFiles } from '../packages/process/src/workers/exclude-files.ts'
import { ExcludedNames } from '../packages/process/src/workers/excluded-names.ts'
import { parseConfiguration } from './support/configuration.ts'
import { Program } from './support/program.ts'
import { type GoldenSnapshot, goldenFolder, goldenSnapshots } from './support/recorded.ts'
import { temporaryDirectory } from './support/temporary.ts'
import { until } from './support/until.ts'

const configurations = ['all-flags', 'defaults', 'excludes', 'groups-double', 'groups-single'] as const
type ConfigurationName = (typeof configurations)[number]

/** A result may have paths that haproxystats 0.5.2 does not send, or sends otherwise. These, and no others. */
const surplus: readonly { readonly path: RegExp; readonly cases: RegExp; readonly why: string }[] = [
  {
    path: /^loadbalancers\.haproxy\.haproxystats\./,
    cases: /./,
    why: 'metrics of haproxystats itself hold times, so nothing is expected of their values',
  },
  {
    path: /^loadbalancers\.haproxy\.daemon\.SslFrontendSessionReuse_pct$/,
    cases: /./,
    why: 'a percentage, which 0.5.2 sums over processes; here it is their mean',
  },
  {
    path: /^loadbalancers\.haproxy\.daemon\.SecondsSinceReload$/,
    cases: /./,
    why: 'a derived metric that 0.5.2 does not know',
  },
  {
    path: /^loadbalancers\.haproxy\.daemon\.process\.lb[12]_sock\.[A-Za-z_-]+$/,
    cases: /haproxy-(2\.6|3\.2)$/,
    why: '0.5.2 sends all processes of HAProxy 2.5 and newer as process 1; here each has the name of its source',
  },
]

/** The text of a golden configuration, with a base directory and the port of a Graphite. */
function configurationText(name: ConfigurationName, base: string, port: number): string {
  return readFileSync(`${goldenFolder}/conf/${name}.conf`, 'utf8')
    .replaceAll('@BASE@', base)
    .replaceAll('@CONF@', `${goldenFolder}/conf`)
    .replace('port = 39991', `port = ${port}`)
}

/** Values by path; each path once, all of one timestamp. */
function readLines(text: string, timestamp: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const line of text.trimEnd().split('\n')) {
    const [path, value, time, ...rest] = line.split(' ')
    if (time !== timestamp || rest.length > 0) throw new Error(`not a line of ${timestamp}: ${line}`)
    if (found.has(path!)) throw new Error(`${path} is sent twice`)
    found.set(path!, Number(value))
  }
  return found
}

function readExpected(
  configuration: ConfigurationName,
  { case: name, timestamp }: GoldenSnapshot,
): Map<string, number> {
  const text = readFileSync(`${goldenFolder}/${name}/expected/${configuration}/${timestamp}.txt`, 'utf8')
  return new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([path, value]) => [path!, Number(value)]),
  )
}

/** What differs between a result and what haproxystats 0.5.2 made of the same snapshot; nothing, if all is well. */
function differences(
  found: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
  name: string,
): string[] {
  const wrong = [...expected].flatMap(([path, value]) => {
    const actual = found.get(path)
    if (actual === undefined) return `${path} is missing, expected ${value}`
    const close = Math.abs(actual - value) <= 1e-9 * Math.abs(value)
    return close ? [] : `${path} is ${actual}, expected ${value}`
  })
  const unexpected = [...found.keys()].filter(
    (path) => !expected.has(path) && !surplus.some((row) => row.cases.test(name) && row.path.test(path)),
  )
  return [...wrong, ...unexpected.map((path) => `${path} is not expected`)]
}

function check(found: ReadonlyMap<string, number>, configuration: ConfigurationName, snapshot: GoldenSnapshot): void {
  const expected = readExpected(configuration, snapshot)
  expect(expected.size).toBeGreaterThan(100)
  expect(differences(found, expected, snapshot.case)).toEqual([])
}

it('the golden data have a result for every snapshot and configuration, and nothing else', () => {
  const files = readdirSync(goldenFolder, { recursive: true, encoding: 'utf8' })
  const results = goldenSnapshots.flatMap(({ case: name, timestamp }) =>
    configurations.map((configuration) => `${name}/expected/${configuration}/${timestamp}.txt`),
  )
  expect(files.filter((file) => file.endsWith('.txt')).sort()).toEqual(results.sort())
  expect(goldenSnapshots).toHaveLength(4)
})

describe.each(configurations)('%s, through the pipeline', (name) => {
  const configuration = parseConfiguration(configurationText(name, '/nowhere', 2003))
  const excluded = new ExcludedNames().of(new ExcludeFiles(configuration.process, silentLogger()).current())
  const collisions: string[] = []
  // One for all snapshots, as in a worker.
  const pipeline = new Pipeline(configuration.process, {
    collision: (...names) => collisions.push(names.join(' and ')),
    unknownField: (field) => collisions.push(field),
    brokenField: (field) => collisions.push(field),
  })
  const encoder = new LineEncoder(linesEncoding(configuration).options)

  it.each(goldenSnapshots)('$case/$timestamp', (snapshot) => {
    const { tables } = pipeline.run({ path: snapshot.path, excluded })
    const { bytes, datapoints } = encoder.encode(tables, Number(snapshot.timestamp))
    const found = readLines(Buffer.from(bytes).toString('latin1'), snapshot.timestamp)
    expect(found.size).toBe(datapoints)
    check(found, name, snapshot)
    expect(collisions).toEqual([])
  })
})

/** A Graphite that takes everything. */
async function startGraphite(): Promise<{ port: number; received: () => string }> {
  const chunks: Buffer[] = []
  const server = createServer((socket) => socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined))
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, received: () => Buffer.concat(chunks).toString('latin1') }
}

it.each(configurations)('%s, through the program', async (name) => {
  const base = await temporaryDirectory()
  const queue = join(base, 'incoming')
  for (const { path, timestamp } of goldenSnapshots) cpSync(path, join(queue, timestamp), { recursive: true })
  const graphite = await startGraphite()
  const file = join(base, 'haproxystats.conf')
  writeFileSync(file, configurationText(name, base, graphite.port))
  const program = new Program('process', '-f', file)
  await until('an empty queue', () => !readdirSync(queue).some(isSnapshotName))
  expect(await program.stop()).toBe(0)

  const stored = goldenSnapshots.map((snapshot) => {
    const text = readFileSync(join(base, 'store', snapshot.timestamp, 'stats'), 'latin1')
    check(readLines(text, snapshot.timestamp), name, snapshot)
    return text
  })
  // Except haproxystats.*: timings differ when a snapshot is processed once for each output.
  const comparable = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .filter((line) => !line.includes('.haproxystats.'))
  expect([...new Set(comparable(graphite.received()))].sort()).toEqual(stored.flatMap(comparable).sort())
})
