// The history of [http] in this process: history-day.js <packages> <directory> <temporary directory> <snapshots>. The first
// message says that it is ready, any message starts it, the second is what it cost.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { joint } from '../harness/joints.ts'

export interface HistoryCost {
  /** Milliseconds of CPU of each view and of each snapshot that is added. */
  readonly builds: readonly number[]
  readonly adds: readonly number[]
  readonly bytes: number
  readonly fileBytes: number
  /** Milliseconds, and how long others had to wait at most meanwhile. */
  readonly write: number
  readonly longestWait: number
  readonly load: number
  /** How many values of each kind of row are kept, by the seconds that each stands for. */
  readonly frames: Readonly<Record<string, number>>
}

const [packages = 'packages', directory = '', temporary = '', count = '450'] = process.argv.slice(2)
const core = await joint(packages, 'core/dist/index.js')
const { Pipeline } = await joint(packages, 'process/dist/aggregate/pipeline.js')
const { ViewReader } = await joint(packages, 'process/dist/http/live/view-reader.js')
const { MemoryHistory } = await joint(packages, 'process/dist/http/trend/memory-history.js')
const { readHistory, writeHistory } = await joint(packages, 'process/dist/http/trend/history-file.js')

type View = ReturnType<InstanceType<typeof ViewReader>['read']>

const begin = 1_600_000_000
const interval = 10

process.once('message', async () => process.send?.(await run()))
process.send?.('ready')

async function run(): Promise<HistoryCost> {
  const nothing = () => undefined
  const events = { collision: nothing, unknownField: nothing, brokenField: nothing }
  const pipeline = new Pipeline(core.parseConfiguration('').process, events)
  const reader = new ViewReader()
  const build = (snapshot: number) => {
    const { aggregate } = pipeline.run({ path: directory, snapshot, outputs: { tables: false, aggregate: true } })
    return reader.read(aggregate!)
  }
  const builds: number[] = []
  let view = build(begin)
  for (let round = 0; round < 5; round++) {
    builds.push(
      cpuOf(() => {
        view = build(begin)
      }),
    )
  }
  const history = new MemoryHistory({ bound: 64 * 1024 ** 2, now: () => begin + 1e6 })
  const adds: number[] = []
  for (let index = 0; index < Number(count); index++) {
    const next = changed(view, begin + index * interval, index)
    adds.push(cpuOf(() => history.add(next)))
  }
  const frames = Object.values(history.bands).flatMap(({ kind, frames: its }) => {
    const spans = new Set(its.map(({ span }) => span))
    return [...spans].map((span) => [`${kind}/${span} s`, its.filter((frame) => frame.span === span).length] as const)
  })
  const file = join(temporary, 'history')
  const { milliseconds, longestWait } = await waited(() => writeHistory(file, Object.values(history.bands)))
  const start = performance.now()
  readHistory(file)
  return {
    ...{ builds, adds, bytes: history.bytes, fileBytes: statSync(file).size },
    ...{ write: milliseconds, longestWait, load: performance.now() - start },
    frames: Object.fromEntries(frames),
  }
}

function cpuOf(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Every number moves: counters grow, gauges are half as much again or half of it. Their sizes are the same in every run. */
function changed(view: View, snapshot: number, index: number): View {
  const { columns } = view
  const natures = columns.map(({ field }) => (field === undefined || field.merge === 'key' ? 'name' : field.nature))
  const numbers = view.numbers.slice()
  let random = index + 1
  for (let at = 0; at < numbers.length; at++) {
    const value = numbers[at] as number
    const nature = natures[at % columns.length]
    if (!(value > 0) || nature === 'name' || nature === 'limit') continue
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    const share = random / 2 ** 32
    numbers[at] =
      nature === 'counter' ? Math.floor(value * (1 + (index + share) / 100)) : Math.round(value * (0.5 + share))
  }
  return { ...view, snapshot, numbers, text: (row, column) => view.text(row, column) }
}

async function waited(work: () => Promise<void>): Promise<{ milliseconds: number; longestWait: number }> {
  let longestWait = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    longestWait = Math.max(longestWait, now - last)
    last = now
  }, 1)
  const start = performance.now()
  await work()
  const milliseconds = performance.now() - start
  clearInterval(timer)
  return { milliseconds, longestWait }
}
