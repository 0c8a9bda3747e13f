import { join } from 'node:path'
import type { SizeName } from '../data/sizes.ts'
import type { Snapshot } from '../data/snapshots.ts'
import type { Asked } from '../harness/answerer.ts'
import { type Context, makeSite, roundsOf, snapshotFor } from '../harness/context.ts'
import { Helper } from '../harness/helper.ts'
import { type Delivered, ProcessProgram } from '../harness/process-program.ts'
import { PullProgram } from '../harness/pull-program.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { type Cost, costFigures, costRatios } from '../report/costs.ts'
import { pullOnce } from './pull.ts'

/** Two builds to compare: the directories of their packages, and what to call them. */
export interface Builds {
  readonly before: { readonly packages: string; readonly name: string }
  readonly after: { readonly packages: string; readonly name: string }
}

const sizes: Readonly<Record<Context['extent'], readonly SizeName[]>> = {
  quick: ['medium'],
  default: ['medium', 'large'],
  full: ['medium', 'large', 'huge'],
}

/** Both builds by turns with the same snapshots: how many times the cost of the first the second has. */
export async function compareBuilds(context: Context, builds: Builds): Promise<void> {
  for (const size of sizes[context.extent]) {
    const snapshot = snapshotFor(context, size, 'busy')
    await compareProcess(context, snapshot, builds)
    await comparePull(context, snapshot, builds)
  }
}

async function compareProcess(context: Context, snapshot: Snapshot, { before, after }: Builds): Promise<void> {
  const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
  const one = await ProcessProgram.start({ ...context, packages: before.packages }, sink, port)
  const other = await ProcessProgram.start({ ...context, packages: after.packages }, sink, port)
  const costs: { before: Delivered[]; after: Delivered[] } = { before: [], after: [] }
  try {
    await one.deliver(snapshot)
    await other.deliver(snapshot)
    for (const _round of roundsOf(context)) {
      costs.before.push(await one.deliver(snapshot))
      costs.after.push(await other.deliver(snapshot))
    }
    context.report({
      name: `process/${snapshot.name}`,
      ratios: costRatios(costs.after, costs.before, before.name),
      figures: {
        ...costFigures(costs.before, before.name),
        [`${before.name} datapoints`]: costs.before[0]?.received.lines ?? 0,
        [`${before.name} peak MB`]: one.peak,
        ...costFigures(costs.after, after.name),
        [`${after.name} datapoints`]: costs.after[0]?.received.lines ?? 0,
        [`${after.name} peak MB`]: other.peak,
      },
    })
  } finally {
    await Promise.all([one.stop(), other.stop()])
    await sink.stop()
  }
}

/** Pull reads at times of its own choice, so the builds run one after the other, several times. */
async function comparePull(context: Context, snapshot: Snapshot, { before, after }: Builds): Promise<void> {
  const costs: { before: Pulled[]; after: Pulled[] } = { before: [], after: [] }
  for (const _round of roundsOf({ ...context, rounds: Math.ceil(context.rounds / 2) })) {
    costs.before.push(...(await pullTwice({ ...context, packages: before.packages }, snapshot)))
    costs.after.push(...(await pullTwice({ ...context, packages: after.packages }, snapshot)))
  }
  const peak = (pulled: readonly Pulled[]) => Math.max(...pulled.map((one) => one.peak))
  context.report({
    name: `pull/${snapshot.name}`,
    ratios: costRatios(costs.after, costs.before, before.name),
    figures: {
      ...costFigures(costs.before, before.name),
      [`${before.name} peak MB`]: peak(costs.before),
      ...costFigures(costs.after, after.name),
      [`${after.name} peak MB`]: peak(costs.after),
    },
  })
}

interface Pulled extends Cost {
  readonly peak: number
}

async function pullTwice(context: Context, snapshot: Snapshot): Promise<Pulled[]> {
  const base = makeSite(context)
  const sockets = join(base, 'sockets')
  const [answerer] = await Helper.start<never, Asked>('harness/answerer', sockets, snapshot.directory, '4')
  const program = new PullProgram(context, base, { sockets, interval: 2 })
  try {
    await pullOnce(program, answerer)
    const costs = [await pullOnce(program, answerer), await pullOnce(program, answerer)]
    return costs.map((cost) => ({ ...cost, peak: program.peak }))
  } finally {
    await program.stop()
    await answerer.stop()
  }
}
