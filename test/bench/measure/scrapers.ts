import { until } from '../../faults/harness/wait.ts'
import { type Context, type Measurement, makeSite, roundsOf, snapshotFor } from '../harness/context.ts'
import { Helper } from '../harness/helper.ts'
import { ProcessProgram } from '../harness/process-program.ts'
import type { Scraped } from '../harness/scrapers.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { type Cost, costFigures, costRatios } from '../report/costs.ts'

const clients = 200

/** What everybody asks for at the same time. */
const paths = ['/stats;csv', '/metrics?scope=frontend&scope=backend']

export const scrapers: Measurement = {
  name: 'scrapers',
  summary: `dispatching while ${clients} clients ask [http] without a pause, beside the same program when nobody asks`,
  quick: true,
  async run(context) {
    for (const path of paths) await measure(context, path)
  },
}

/** Two programs by turns, both with [http]; only one is asked. */
async function measure(context: Context, path: string): Promise<void> {
  const snapshot = snapshotFor(context, context.extent === 'quick' ? 'medium' : 'large', 'busy')
  const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
  const base = makeSite(context)
  const sections = `[http]\nlisten = unix://${base}/http.sock\nmax-connections = ${2 * clients}`
  const served = await ProcessProgram.start(context, sink, port, { base, sections })
  const costs: { asked: Cost[]; alone: Cost[] } = { asked: [], alone: [] }
  const scraped: Scraped[] = []
  try {
    for (let times = 0; times < 3; times++) await served.deliver(snapshot)
    for (const _round of roundsOf(context)) {
      costs.alone.push(await served.deliver(snapshot))
      const arguments_ = [`${base}/http.sock`, String(clients), path]
      const [crowd] = await Helper.start<string, Scraped>('harness/scrapers', ...arguments_)
      scraped.push(await warm(crowd))
      costs.asked.push(await served.deliver(snapshot))
      scraped.push(await crowd.ask('now'))
      await crowd.stop()
    }
    const sum = (of: keyof Scraped) => scraped.reduce((total, one) => total + one[of], 0)
    context.report({
      name: `scrapers/${path}`,
      ratios: costRatios(costs.asked, costs.alone, 'alone'),
      figures: {
        ...costFigures(costs.asked),
        ...costFigures(costs.alone, 'alone'),
        answers: sum('answers'),
        'MB sent': sum('bytes') / 1e6,
        failures: sum('failures'),
        'peak MB': served.peak,
      },
    })
  } finally {
    await served.stop()
    await sink.stop()
  }
}

/** Waits until everybody has had an answer. */
async function warm(crowd: Helper<string, Scraped>): Promise<Scraped> {
  let [answers, bytes, failures] = [0, 0, 0]
  await until(`${clients} answers`, async () => {
    const more = await crowd.ask('so far')
    answers += more.answers
    bytes += more.bytes
    failures += more.failures
    return answers >= clients
  })
  return { answers, bytes, failures }
}
