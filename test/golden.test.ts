import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isSnapshotName } from '@haproxystats/core'
import { silentLogger } from '@haproxystats/core/program'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pipeline } from '../packages/process/src/aggregate/pipeline.ts'
import { LineEncoder } from '../packages/process/src/outputs/format/lines.ts'
import { linesEncoding } from '../packages/process/src/outputs/format/paths.ts'
import { ExcludeFiles } from '../packages/process/src/workers/exclude-files.ts'
import { ExcludedNames } from '../packages/process/src/workers/excluded-names.ts'
import { parseConfiguration } from './support/configuration.ts'
import { type GoldenSnapshot, goldenFolder, goldenSnapshots } from './support/recorded.ts'

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
async function startGraphite(): Promise<{ server: Server; port: number; received: () => string }> {
  const chunks: Buffer[] = []
  const server = createServer((socket) => socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { server, port, received: () => Buffer.concat(chunks).toString('latin1') }
}

const command = fileURLToPath(new URL('../packages/process/bin/haproxystats-process.js', import.meta.url))

/** The program on one queue, until nothing is left of it. */
async function runProgram(base: string, text: string): Promise<{ code: number | null; output: string }> {
  const file = join(base, 'haproxystats.conf')
  writeFileSync(file, text)
  const program = spawn(process.execPath, [command, '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (chunk) => (output += chunk))
  const exit = once(program, 'exit')
  try {
    await untilEmpty(join(base, 'incoming'), program)
  } finally {
    program.kill('SIGTERM')
  }
  const [code] = await Promise.race([exit, delay(10_000, [`still running`])])
  if (program.exitCode === null) program.kill('SIGKILL')
  return { code, output }
}

async function untilEmpty(queue: string, program: ChildProcess): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 20) {
    if (program.exitCode !== null || program.signalCode !== null) return
    if (!readdirSync(queue).some(isSnapshotName)) return
    await delay(20)
  }
}

describe.each(configurations)('%s, through the program', (name) => {
  let base: string
  let received: string
  let result: { code: number | null; output: string }

  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'haproxystats-golden-'))
    mkdirSync(join(base, 'incoming'))
    for (const { path, timestamp } of goldenSnapshots) {
      cpSync(path, join(base, 'incoming', timestamp), { recursive: true })
    }
    const graphite = await startGraphite()
    result = await runProgram(base, configurationText(name, base, graphite.port))
    graphite.server.close()
    received = graphite.received()
  })
  afterAll(() => rmSync(base, { recursive: true, force: true }))

  const stored = (timestamp: string) => readFileSync(join(base, 'store', timestamp, 'stats'), 'latin1')

  it('leaves nothing in the queue and stops when told', () => {
    expect(readdirSync(join(base, 'incoming')).filter(isSnapshotName), result.output).toEqual([])
    expect(result.code, result.output).toBe(0)
  })

  it.each(goldenSnapshots)('$case/$timestamp', (snapshot) => {
    check(readLines(stored(snapshot.timestamp), snapshot.timestamp), name, snapshot)
  })

  it('sends Graphite the lines that are stored', () => {
    // But for what haproxystats says of itself: a snapshot may be processed once for each destination.
    const comparable = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .filter((line) => !line.includes('.haproxystats.'))
    const lines = goldenSnapshots.flatMap(({ timestamp }) => comparable(stored(timestamp)))
    expect([...new Set(comparable(received))].sort()).toEqual(lines.sort())
  })
})

describe('the comparison', () => {
  const expected = new Map([
    ['a', 1],
    ['b', 3],
  ])
  const own = 'loadbalancers.haproxy.haproxystats.MetricsServer'

  it.each([
    [
      'what is equal',
      [
        ['a', 1],
        ['b', 3 + 1e-10],
      ],
      [],
    ],
    [
      'a wrong value',
      [
        ['a', 1],
        ['b', 3.001],
      ],
      ['b is 3.001, expected 3'],
    ],
    ['a missing path', [['a', 1]], ['b is missing, expected 3']],
    [
      'a value that is no number',
      [
        ['a', 1],
        ['b', Number.NaN],
      ],
      ['b is NaN, expected 3'],
    ],
    [
      'a path too many',
      [
        ['a', 1],
        ['b', 3],
        ['c', 0],
      ],
      ['c is not expected'],
    ],
    [
      'a path that is allowed',
      [
        ['a', 1],
        ['b', 3],
        [own, 7],
      ],
      [],
    ],
  ] as [string, [string, number][], string[]][])('finds %s', (_, found, wrong) => {
    expect(differences(new Map(found), expected, 'any')).toEqual(wrong)
  })
})
