import { type Context, type Measurement, oneCase, snapshotFor, takeTurns } from '../context.ts'
import { rowsOf, type SizeName, sizes } from '../data/sizes.ts'
import { ProcessProgram, startReceiver } from '../programs/process.ts'
import { costFigures, costRatios } from '../report/costs.ts'

/** Each step has ten times the rows. */
const steps: readonly { from: SizeName; to: SizeName; rounds: number }[] = [
  { from: 'medium', to: 'large', rounds: 5 },
  { from: 'large', to: 'huge', rounds: 2 },
]

export const growth: Measurement = {
  name: 'growth',
  summary: 'ten times the rows: how many times the cost, both sizes by turns',
  async run(context) {
    for (const { from, to, rounds } of steps) {
      const few = { ...context, rounds: Math.min(rounds, context.rounds) }
      await oneCase(few, (inner) => compare(inner, from, to))
    }
  },
}

async function compare(context: Context, from: SizeName, to: SizeName): Promise<void> {
  const snapshots = { smaller: snapshotFor(context, from), larger: snapshotFor(context, to) }
  const receiver = await startReceiver(context)
  const smaller = new ProcessProgram(context, receiver)
  const larger = new ProcessProgram(context, receiver)
  const costs = await takeTurns(context, {
    smaller: () => smaller.deliver(snapshots.smaller),
    larger: () => larger.deliver(snapshots.larger),
  })
  context.report({
    name: `growth/${from} → ${to}`,
    ratios: costRatios(costs.larger, costs.smaller, 'smaller'),
    figures: {
      'times the rows': rowsOf(sizes[to]) / rowsOf(sizes[from]),
      ...costFigures(costs.larger),
      ...costFigures(costs.smaller, 'smaller'),
      'peak MB': larger.peak,
    },
  })
}
