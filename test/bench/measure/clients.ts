import { until } from '../../faults/harness/wait.ts'
import { type Context, type Measurement, makeSite, oneCase, takeTurns, usualSnapshot } from '../context.ts'
import { Helper } from '../programs/helper.ts'
import type { Counts } from '../programs/http-clients.ts'
import { ProcessProgram, startReceiver } from '../programs/process.ts'
import { costFigures, costRatios } from '../report/costs.ts'

const clients = 200

/** What all clients ask for at the same time. */
const paths = ['/stats;csv', '/metrics?scope=frontend&scope=backend']

export const clientsMeasurement: Measurement = {
  name: 'clients',
  summary: `delivery while ${clients} clients ask [http] without a pause, relative to the same program without clients`,
  quick: true,
  async run(context) {
    for (const path of paths) await oneCase(context, (inner) => measure(inner, path))
  },
}

/** The same program by turns without and with clients. */
async function measure(context: Context, path: string): Promise<void> {
  const snapshot = usualSnapshot(context)
  const receiver = await startReceiver(context)
  const base = makeSite(context)
  const sections = `[http]\nlisten = unix://${base}/http.sock\nmax-connections = ${2 * clients}`
  const program = new ProcessProgram(context, receiver, { base, sections })
  const total = { responses: 0, bytes: 0, failures: 0 }
  await program.deliver(snapshot)
  const costs = await takeTurns(context, {
    alone: () => program.deliver(snapshot),
    asked: async () => {
      const options = [`${base}/http.sock`, String(clients), path]
      const [crowd] = await Helper.start<Counts>(context, 'programs/http-clients', ...options)
      const count = async () => {
        const more = await crowd.ask()
        for (const key of ['responses', 'bytes', 'failures'] as const) total[key] += more[key]
        return more.responses
      }
      let responses = 0
      await until(`${clients} responses`, async () => {
        responses += await count()
        return responses >= clients
      })
      const cost = await program.deliver(snapshot)
      await count()
      await crowd.stop()
      return cost
    },
  })
  context.report({
    name: `clients/${path}`,
    ratios: costRatios(costs.asked, costs.alone, 'alone'),
    figures: {
      ...costFigures(costs.asked),
      ...costFigures(costs.alone, 'alone'),
      responses: total.responses,
      'MB sent': total.bytes / 1e6,
      failures: total.failures,
      'peak MB': program.peak,
    },
  })
}
