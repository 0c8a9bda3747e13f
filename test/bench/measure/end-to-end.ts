import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { manifestName } from '@haproxystats/core'
import type { Load, Release, SizeName } from '../data/sizes.ts'
import type { Snapshot } from '../data/snapshots.ts'
import { type Context, type Measurement, roundsOf, snapshotFor } from '../harness/context.ts'
import { Helper } from '../harness/helper.ts'
import { type Delivered, nextTime, ProcessProgram } from '../harness/process-program.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { type Cost, costFigures, costRatios } from '../report/costs.ts'
import { median } from '../report/ratios.ts'
import { Yardstick } from '../yardsticks/yardstick.ts'

/** What a size cost, round by round, by contestant. */
interface Rounds {
  readonly first: Delivered
  readonly product: readonly Cost[]
  readonly floor: readonly Cost[]
  readonly plain: readonly Cost[]
  readonly peaks: Readonly<Record<'product' | 'floor' | 'plain', number>>
  /** By the plain way: those of frontends, backends and servers. */
  readonly objects: number
}

/** Datapoints that are none of an object's: of the daemon and of haproxystats itself. There is no more of them. */
const mostOthers = 120

/** So many small snapshots are one measurement: the kernel tells CPU in steps of 10 ms. */
const repeats: Partial<Readonly<Record<SizeName, number>>> = { small: 10, medium: 2 }

/** Which sizes at which extent. */
const runs: readonly { size: SizeName; load: Load; release: Release; extents: readonly Context['extent'][] }[] = [
  { size: 'small', load: 'busy', release: '2.6', extents: ['quick', 'default', 'full'] },
  { size: 'medium', load: 'busy', release: '2.6', extents: ['quick', 'default', 'full'] },
  { size: 'large', load: 'quiet', release: '2.6', extents: ['default', 'full'] },
  { size: 'large', load: 'busy', release: '2.6', extents: ['default', 'full'] },
  { size: 'large', load: 'busy', release: '3.2', extents: ['full'] },
  { size: 'huge', load: 'busy', release: '2.6', extents: ['full'] },
]

export const endToEnd: Measurement = {
  name: 'process',
  summary: 'haproxystats-process, from the rename of a snapshot to the last byte at a local sink',
  quick: true,
  async run(context) {
    for (const { size, load, release, extents } of runs) {
      if (extents.includes(context.extent)) await measure(context, snapshotFor(context, size, load, release))
    }
  },
}

async function measure(context: Context, snapshot: Snapshot): Promise<void> {
  const rounds = await contest(context, snapshot)
  const { product, floor, plain, first, peaks } = rounds
  const lines = checkCounts(rounds, snapshot)
  const seconds = median(product.map(({ wall }) => wall))
  context.report({
    name: `process/${snapshot.name}`,
    ratios: { ...costRatios(product, floor, 'floor'), ...costRatios(product, plain, 'plain') },
    figures: {
      ...costFigures(product),
      'first seconds': first.wall,
      'peak MB': peaks.product,
      datapoints: lines,
      'datapoints/s': lines / seconds,
      ...costFigures(floor, 'floor'),
      ...costFigures(plain, 'plain'),
      'plain peak MB': peaks.plain,
    },
  })
}

/** All three by turns, so that what else the machine does hits them alike; the first turn only warms up. */
async function contest(context: Context, snapshot: Snapshot): Promise<Rounds> {
  const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
  const files = readdirSync(snapshot.directory).filter((name) => name !== manifestName)
  const paths = files.map((file) => join(snapshot.directory, file))
  const program = await ProcessProgram.start(context, sink, port)
  const yardsticks = {
    floor: await Yardstick.start('floor', context.packages, sink),
    plain: await Yardstick.start('plain', context.packages, sink),
  }
  try {
    const first = await program.deliver(snapshot)
    const request = () => ({ files: paths, port, bytes: first.received.bytes, time: nextTime() })
    const { datapoints: objects } = await yardsticks.plain.run(request())
    await yardsticks.floor.run(request())
    const product: Cost[] = []
    const floor: Cost[] = []
    const plain: Cost[] = []
    for (const _round of roundsOf(context)) {
      const times = repeats[snapshot.size] ?? 1
      floor.push(await mean(times, () => yardsticks.floor.run(request())))
      product.push(await mean(times, () => deliver(program, snapshot, first)))
      plain.push(await mean(times, () => yardsticks.plain.run(request())))
    }
    const peaks = { product: program.peak, floor: yardsticks.floor.peak, plain: yardsticks.plain.peak }
    return { first, product, floor, plain, peaks, objects }
  } finally {
    await program.stop()
    await Promise.all([sink.stop(), yardsticks.floor.stop(), yardsticks.plain.stop()])
  }
}

/** Nobody may be fast by losing: of objects all is delivered that the plain way finds, and a few of the daemon. */
function checkCounts({ first, objects }: Rounds, snapshot: Snapshot): number {
  const { lines } = first.received
  const others = lines - objects
  if (others >= 1 && others <= mostOthers) return lines
  throw new Error(`${snapshot.name}: ${lines} datapoints were delivered, csv-parse finds ${objects} of objects`)
}

/** Every later delivery has as many datapoints as the first. */
async function deliver(program: ProcessProgram, snapshot: Snapshot, first: Delivered): Promise<Cost> {
  const delivered = await program.deliver(snapshot)
  const { lines } = delivered.received
  if (lines === first.received.lines) return delivered
  throw new Error(`${snapshot.name}: ${lines} datapoints were delivered, expected ${first.received.lines}`)
}

async function mean(times: number, run: () => Promise<Cost>): Promise<Cost> {
  const sum = { wall: 0, cpu: 0 }
  for (let time = 0; time < times; time++) {
    const { wall, cpu } = await run()
    sum.wall += wall
    sum.cpu += cpu
  }
  return { wall: sum.wall / times, cpu: sum.cpu / times }
}
