import type { SizeName } from '../data/sizes.ts'
import { rowsOf, sizes } from '../data/sizes.ts'
import { type Context, type Measurement, roundsOf, snapshotFor } from '../harness/context.ts'
import { Helper } from '../harness/helper.ts'
import { ProcessProgram } from '../harness/process-program.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { type Cost, costRatios } from '../report/costs.ts'
import { median } from '../report/ratios.ts'

/** Each step has ten times the rows. */
const steps: readonly { from: SizeName; to: SizeName; rounds: number; extents: readonly Context['extent'][] }[] = [
  { from: 'medium', to: 'large', rounds: 5, extents: ['default', 'full'] },
  { from: 'large', to: 'huge', rounds: 2, extents: ['default', 'full'] },
]

export const growth: Measurement = {
  name: 'growth',
  summary: 'ten times the rows: how many times the cost, both sizes by turns',
  async run(context) {
    for (const { from, to, rounds, extents } of steps) {
      const some = { ...context, rounds: Math.min(rounds, context.rounds) }
      if (extents.includes(context.extent)) await compare(some, from, to)
    }
  },
}

async function compare(context: Context, from: SizeName, to: SizeName): Promise<void> {
  const snapshots = [snapshotFor(context, from, 'busy'), snapshotFor(context, to, 'busy')] as const
  const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
  const smaller = await ProcessProgram.start(context, sink, port)
  const larger = await ProcessProgram.start(context, sink, port)
  const costs: [Cost[], Cost[]] = [[], []]
  try {
    await smaller.deliver(snapshots[0])
    await larger.deliver(snapshots[1])
    for (const _round of roundsOf(context)) {
      costs[0].push(await smaller.deliver(snapshots[0]))
      costs[1].push(await larger.deliver(snapshots[1]))
    }
    context.report({
      name: `growth/${from} → ${to}`,
      ratios: costRatios(costs[1], costs[0], 'smaller'),
      figures: {
        'times the rows': rowsOf(sizes[to]) / rowsOf(sizes[from]),
        seconds: median(costs[1].map(({ wall }) => wall)),
        'seconds before': median(costs[0].map(({ wall }) => wall)),
        'peak MB': larger.peak,
      },
    })
  } finally {
    await Promise.all([smaller.stop(), larger.stop()])
    await sink.stop()
  }
}
