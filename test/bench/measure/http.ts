import { type Measurement, makeSite, takeTurns, usualSnapshot } from '../context.ts'
import { ProcessProgram, startReceiver } from '../programs/process.ts'
import { costFigures, costRatios } from '../report/costs.ts'

/** Both by turns; the wall time is that of delivering to the receiver. */
export const http: Measurement = {
  name: 'http',
  summary: 'haproxystats-process with [http], relative to without: CPU time and peak memory',
  quick: true,
  async run(context) {
    const snapshot = usualSnapshot(context)
    const receiver = await startReceiver(context)
    const base = makeSite(context)
    const without = new ProcessProgram(context, receiver)
    const served = new ProcessProgram(context, receiver, {
      base,
      sections: `[http]\nlisten = unix://${base}/http.sock`,
    })
    const pair = { without: () => without.deliver(snapshot), served: () => served.deliver(snapshot) }
    // The program runs for months: the first snapshots, until V8 has optimized, are not measured.
    for (let warmup = 0; warmup < 4; warmup++) for (const deliver of Object.values(pair)) await deliver()
    const costs = await takeTurns(context, pair)
    context.report({
      name: `http/${snapshot.name}`,
      ratios: costRatios(costs.served, costs.without, 'without'),
      figures: {
        ...costFigures(costs.served),
        'peak MB': served.peak,
        ...costFigures(costs.without, 'without'),
        'without peak MB': without.peak,
      },
    })
  },
}
