import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { manifestName } from '@haproxystats/core'
import { type Context, type Measurement, oneCase, snapshotFor, takeTurns } from '../context.ts'
import type { Load, Release, SizeName } from '../data/sizes.ts'
import type { Snapshot } from '../data/snapshots.ts'
import { Helper } from '../programs/helper.ts'
import { nextTime, ProcessProgram, type Receiver, startReceiver } from '../programs/process.ts'
import { cpuOf, now, peakOf } from '../programs/usage.ts'
import type { ReferenceReply, ReferenceRequest } from '../references/reference.ts'
import { type Cost, costFigures, costRatios, meanCost } from '../report/costs.ts'

/** Datapoints that are none of a frontend, backend or server: of the daemon and of haproxystats itself, at most. */
const mostOthers = 120

/** So many small snapshots are one measurement: the kernel counts CPU time in steps of 10 ms. */
const repeats: Partial<Readonly<Record<SizeName, number>>> = { small: 10, medium: 2 }

const runs: readonly { size: SizeName; load: Load; release: Release; extents: readonly Context['extent'][] }[] = [
  { size: 'small', load: 'busy', release: '2.6', extents: ['quick', 'default', 'full'] },
  { size: 'medium', load: 'busy', release: '2.6', extents: ['quick', 'default', 'full'] },
  { size: 'large', load: 'quiet', release: '2.6', extents: ['default', 'full'] },
  { size: 'large', load: 'busy', release: '2.6', extents: ['default', 'full'] },
  { size: 'large', load: 'busy', release: '3.2', extents: ['full'] },
  { size: 'huge', load: 'busy', release: '2.6', extents: ['full'] },
]

export const processMeasurement: Measurement = {
  name: 'process',
  summary: 'haproxystats-process, from the rename of a snapshot to the last byte at a local receiver',
  quick: true,
  async run(context) {
    for (const { size, load, release, extents } of runs) {
      if (!extents.includes(context.extent)) continue
      await oneCase(context, (inner) => measure(inner, snapshotFor(inner, size, load, release)))
    }
  },
}

async function measure(context: Context, snapshot: Snapshot): Promise<void> {
  const receiver = await startReceiver(context)
  const program = new ProcessProgram(context, receiver)
  const [minimum] = await Helper.start<ReferenceReply>(context, 'references/minimum')
  const [naive] = await Helper.start<ReferenceReply>(context, 'references/naive')
  const files = readdirSync(snapshot.directory).filter((name) => name !== manifestName)
  const paths = files.map((file) => join(snapshot.directory, file))
  const first = await program.deliver(snapshot)
  const reference = async (helper: Helper<ReferenceReply>) => {
    const request = { files: paths, port: receiver.port, bytes: first.bytes, time: nextTime() }
    return runReference(helper, receiver, request)
  }
  const { datapoints } = await reference(naive)
  // No program may be fast by losing datapoints.
  const others = first.lines - datapoints
  if (others < 1 || others > mostOthers) {
    throw new Error(`${snapshot.name}: ${first.lines} datapoints were delivered, csv-parse finds ${datapoints}`)
  }
  const deliver = async (): Promise<Cost> => {
    const delivered = await program.deliver(snapshot)
    if (delivered.lines === first.lines) return delivered
    throw new Error(`${snapshot.name}: ${delivered.lines} datapoints were delivered, expected ${first.lines}`)
  }
  const times = repeats[snapshot.size] ?? 1
  const costs = await takeTurns(context, {
    minimum: () => meanCost(times, () => reference(minimum)),
    process: () => meanCost(times, deliver),
    naive: () => meanCost(times, () => reference(naive)),
  })
  const figures = costFigures(costs.process)
  context.report({
    name: `process/${snapshot.name}`,
    ratios: {
      ...costRatios(costs.process, costs.minimum, 'minimum'),
      ...costRatios(costs.process, costs.naive, 'naive'),
    },
    figures: {
      ...figures,
      'first seconds': first.wall,
      'peak MB': program.peak,
      datapoints: first.lines,
      'datapoints/s': first.lines / (figures['seconds'] as number),
      ...costFigures(costs.minimum, 'minimum'),
      ...costFigures(costs.naive, 'naive'),
      'naive peak MB': peakOf(naive.pid),
    },
  })
}

/** One snapshot by a reference: seconds from the request to the last byte at the receiver. */
async function runReference(helper: Helper<ReferenceReply>, receiver: Receiver, request: ReferenceRequest) {
  receiver.clear()
  const before = cpuOf(helper.pid)
  const begin = now()
  const [{ last }, { datapoints }] = await Promise.all([receiver.next(), helper.ask(request)])
  return { wall: (last - begin) / 1000, cpu: cpuOf(helper.pid) - before, datapoints }
}
