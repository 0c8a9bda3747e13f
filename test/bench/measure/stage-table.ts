import { type Context, type Measurement, snapshotFor } from '../harness/context.ts'
import { Helper } from '../harness/helper.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { median, ratioSpread } from '../report/ratios.ts'
import type { StageTiming } from './stages.ts'

/** What each stage is measured against: a part of the floor that reads or writes the same bytes. */
const floors: Readonly<Record<string, string>> = {
  read: 'floor: read',
  'scan (rows handed to nobody)': 'floor: find separators',
  'scan + aggregate': 'floor: find separators',
  deliver: 'floor: write',
}

export const stages: Measurement = {
  name: 'stages',
  summary: 'the stages of haproxystats-process one by one, in one process: milliseconds, first time and warm',
  quick: true,
  async run(context) {
    const [size, load] = context.extent === 'quick' ? (['medium', 'busy'] as const) : (['large', 'busy'] as const)
    const snapshot = snapshotFor(context, size, load)
    const timings = await measure(context, snapshot.directory)
    const warm = (stage: string) => timings.find((timing) => timing.stage === stage)?.warm ?? []
    for (const { stage, cold, warm: times } of timings) {
      const floor = floors[stage]
      const ratio = floor === undefined ? undefined : ratioSpread(times, warm(floor))
      context.report({
        name: `stages/${snapshot.name}/${stage}`,
        ratios: ratio === undefined ? {} : { 'wall/floor': ratio },
        figures: { ms: median(times), 'first ms': cold },
      })
    }
  },
}

async function measure(context: Context, directory: string): Promise<StageTiming[]> {
  const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
  const options = [context.packages, directory, String(port), String(context.rounds)]
  const [helper] = await Helper.start<string, StageTiming[]>('measure/stages', ...options)
  try {
    return await helper.ask('start')
  } finally {
    await Promise.all([helper.stop(), sink.stop()])
  }
}
