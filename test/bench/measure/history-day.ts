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
const { ViewBuilder } = await joint(packages, 'process/dist/http/view/view-builder.js')
const { MemoryHistory } = await joint(packages, 'process/dist/http/history/memory-history.js')
const { readHistory, writeHistory } = await joint(packages, 'process/dist/http/history/history-file.js')

type View = ReturnType<InstanceType<typeof ViewBuilder>['build']>

const begin = 1_600_000_000
const interval = 10

process.once('message', async () => process.send?.(await run()))
process.send?.('ready')

async function run(): Promise<HistoryCost> {
  const builder = new ViewBuilder({ 'startup-grace': 0 })
  const builds: number[] = []
  let view = builder.build(directory, begin)
  for (let round = 0; round < 5; round++) {
    builds.push(
      cpuOf(() => {
        view = builder.build(directory, begin)
      }),
    )
  }
  const history = new MemoryHistory({ bound: 64 * 1024 ** 2, now: () => begin + 1e6 })
  const adds: number[] = []
  const random = randomNumbers()
  for (let index = 0; index < Number(count); index++) {
    const next = changed(view, { snapshot: begin + index * interval, index, random })
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

/** Every number moves: counters grow, gauges are half as much again or half of it. */
function changed(view: View, to: { snapshot: number; index: number; random: () => number }): View {
  const { columns } = view
  const numbers = Float64Array.from(view.numbers, (value, at) => {
    const field = columns[at % columns.length]?.field
    if (!(value > 0) || field === undefined || field.merge === 'key') return value
    if (field.nature === 'counter') return Math.floor(value * (1 + (to.index + to.random()) / 100))
    return field.nature === 'limit' ? value : Math.round(value * (0.5 + to.random()))
  })
  return { ...view, snapshot: to.snapshot, numbers, text: (row, column) => view.text(row, column) }
}

/** The same in every run. */
function randomNumbers(): () => number {
  let state = 1
  return () => {
    state = Math.imul(state ^ (state >>> 15), state | 1) + 0x6d2b79f5
    state ^= state + Math.imul(state ^ (state >>> 7), state | 61)
    return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32
  }
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
