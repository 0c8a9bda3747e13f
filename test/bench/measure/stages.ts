// The stages of processing a snapshot, in this process: stages.js <packages> <directory> <port> <rounds>. The first
// message says that it is ready, any message starts it, the second is an array of timings.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { joint } from '../harness/joints.ts'
import { findSeparators, readAll, sendAll } from '../yardsticks/floor-parts.ts'

/** One stage: milliseconds of the first time, in a fresh process, and of each time after that. */
export interface StageTiming {
  readonly stage: string
  readonly cold: number
  readonly warm: readonly number[]
}

const [packages = 'packages', directory = '', port = '0', rounds = '5'] = process.argv.slice(2)
const core = await joint(packages, 'core/dist/index.js')
const { parseInfo, scanHeader, scanRows } = await joint(packages, 'haproxy/dist/index.js')
const { ReadMemory, readSnapshot } = await joint(packages, 'process/dist/read/read-snapshot.js')
const { daemonTables } = await joint(packages, 'process/dist/aggregate/daemon-tables.js')
const { silentLogger } = await joint(packages, 'core/dist/program/index.js')
const { planOf } = await joint(packages, 'process/dist/aggregate/plan.js')
const { StatTables } = await joint(packages, 'process/dist/aggregate/stat-tables.js')
const { linesEncoding } = await joint(packages, 'process/dist/outputs/format/paths.js')
const { createEncoder } = await joint(packages, 'process/dist/outputs/format/encoders.js')
const { GraphiteSink } = await joint(packages, 'process/dist/outputs/graphite/sink.js')

const configuration = core.parseConfiguration(`[graphite]\nport = ${port}\nprefix-hostname = false\n`)
const plan = planOf(configuration.process)
const tables = new StatTables(
  { plan, columns: undefined },
  { aggregateServers: false, serverStates: false, skip: new Set(), serverLimit: 0 },
  () => undefined,
)
const encode = createEncoder(linesEncoding(configuration))
const sink = new GraphiteSink(configuration.graphite, silentLogger())
const excluded = { frontends: new Set<string>(), backends: new Set<string>() }
const paths = readdirSync(directory).map((file) => join(directory, file))
const memory = new ReadMemory()
let spare: ArrayBufferLike | undefined
const timings = new Map<string, number[]>()

process.once('message', async () => {
  for (let round = 0; round <= Number(rounds); round++) await runOnce()
  const found = [...timings].map(([stage, [cold = 0, ...warm]]): StageTiming => ({ stage, cold, warm }))
  process.send?.(found)
})
process.send?.('ready')

function timed<T>(stage: string, run: () => T): T {
  const begin = performance.now()
  const result = run()
  note(stage, performance.now() - begin)
  return result
}

function note(stage: string, milliseconds: number): void {
  timings.set(stage, [...(timings.get(stage) ?? []), milliseconds])
}

async function runOnce(): Promise<void> {
  const contents = timed('floor: read', () => readAll(paths))
  timed('floor: find separators', () => contents.forEach(findSeparators))
  const files = timed('read', () => {
    const found = readSnapshot(directory, memory)
    for (const { stat } of found) stat?.read()
    return found
  })
  const processes = timed('parse show info', () =>
    files.flatMap(({ source, info }) => (info === undefined ? [] : [{ source, info: parseInfo(info) }])),
  )
  const daemon = timed('aggregate and derive daemon', () =>
    daemonTables(processes, plan.daemon, { percentages: true, perProcess: false }),
  )
  // Each in memory of its own, as each is read into the same.
  const stats = files.flatMap(({ stat }) => (stat === undefined ? [] : [Uint8Array.from(stat.read())]))
  timed('scan (rows handed to nobody)', () => {
    for (const stat of stats) {
      const { header, rows } = scanHeader(stat)
      scanRows(stat, header, rows, () => undefined)
    }
  })
  timed('scan + aggregate', () => {
    tables.begin(excluded)
    for (const stat of stats) tables.merge(stat, false)
  })
  const result = timed('derive', () => tables.finish())
  const batch = timed('encode', () => encode([...daemon, ...result.tables], 1_600_000_000, spare))
  let begin = performance.now()
  await sink.send([{ snapshot: '1600000000', ...batch }], new AbortController().signal)
  note('deliver', performance.now() - begin)
  begin = performance.now()
  await sendAll(batch.bytes, Number(port))
  note('floor: write', performance.now() - begin)
  spare = batch.bytes.buffer
}
