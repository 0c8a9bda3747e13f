import type { Snapshot } from '../data/snapshots.ts'
import { type Context, type Measurement, makeSite, roundsOf, snapshotFor } from '../harness/context.ts'
import { Helper } from '../harness/helper.ts'
import { ProcessProgram } from '../harness/process-program.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { type Cost, costFigures, costRatios } from '../report/costs.ts'
import { median, ratioSpread } from '../report/ratios.ts'
import type { HistoryCost } from './history-day.ts'

/** Snapshots ten seconds apart: an hour and a quarter, so that the oldest are made means; and a day. */
const snapshots: Readonly<Record<Context['extent'], number>> = { quick: 60, default: 450, full: 8640 }

export const http: Measurement = {
  name: 'http',
  summary: 'haproxystats-process with and without [http], and its history alone',
  quick: true,
  async run(context) {
    const snapshot = snapshotFor(context, context.extent === 'quick' ? 'medium' : 'large', 'busy')
    await compare(context, snapshot)
    await measureHistory(context, snapshot)
  },
}

/** Both by turns; the wall time is that of dispatching. */
async function compare(context: Context, snapshot: Snapshot): Promise<void> {
  const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
  const base = makeSite(context)
  const sections = `[http]\nlisten = unix://${base}/http.sock`
  const without = await ProcessProgram.start(context, sink, port)
  const served = await ProcessProgram.start(context, sink, port, { base, sections })
  const costs: { with: Cost[]; without: Cost[] } = { with: [], without: [] }
  try {
    for (const program of [without, served, without, served]) await program.deliver(snapshot)
    for (const _round of roundsOf(context)) {
      costs.without.push(await without.deliver(snapshot))
      costs.with.push(await served.deliver(snapshot))
    }
    context.report({
      name: `http/${snapshot.name}`,
      ratios: costRatios(costs.with, costs.without, 'without'),
      figures: {
        ...costFigures(costs.with),
        'peak MB': served.peak,
        ...costFigures(costs.without, 'without'),
        'without peak MB': without.peak,
      },
    })
  } finally {
    await Promise.all([without.stop(), served.stop()])
    await sink.stop()
  }
}

/** In a process of its own, with values that all change all the time. */
async function measureHistory(context: Context, snapshot: Snapshot): Promise<void> {
  const options = [context.packages, snapshot.directory, context.directory, String(snapshots[context.extent])]
  const [helper] = await Helper.start<string, HistoryCost>('measure/history-day', ...options)
  try {
    const cost = await helper.ask('start', 3600)
    const ratio = ratioSpread(
      cost.adds,
      cost.adds.map(() => median(cost.builds)),
    )
    context.report({
      name: `http/history of ${snapshot.name}`,
      ratios: ratio === undefined ? {} : { 'CPU/view': ratio },
      figures: {
        'view CPU ms': median(cost.builds),
        'CPU ms': median(cost.adds),
        'most CPU ms': Math.max(...cost.adds),
        'memory MB': cost.bytes / 1e6,
        'file MB': cost.fileBytes / 1e6,
        'write ms': cost.write,
        'longest wait ms': cost.longestWait,
        'load ms': cost.load,
        ...cost.frames,
      },
    })
  } finally {
    await helper.stop()
  }
}
