import { pause } from '../../faults/harness/wait.ts'
import { publish } from '../data/snapshots.ts'
import { type Context, type Measurement, makeSite, roundsOf, snapshotFor } from '../harness/context.ts'
import { now } from '../harness/cost.ts'
import { Helper } from '../harness/helper.ts'
import { nextTime, ProcessProgram } from '../harness/process-program.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { median, ratioSpread } from '../report/ratios.ts'

export const start: Measurement = {
  name: 'start',
  summary: 'from the start of haproxystats-process to its first byte at the sink, beside a bare node that sends a line',
  quick: true,
  async run(context) {
    const sizes = context.extent === 'quick' ? (['small'] as const) : (['small', 'large'] as const)
    for (const size of sizes) {
      const snapshot = snapshotFor(context, size, 'busy')
      const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
      const times: number[] = []
      const floor: number[] = []
      for (const _round of roundsOf(context)) {
        floor.push(await bareNode(sink, port))
        const base = makeSite(context)
        publish(snapshot, base, nextTime())
        times.push(await firstByte(context, sink, port, base))
      }
      await sink.stop()
      const ratio = ratioSpread(times, floor)
      context.report({
        name: `start/${snapshot.name}`,
        ratios: ratio === undefined ? {} : { 'wall/floor': ratio },
        figures: { seconds: median(times), 'floor seconds': median(floor) },
      })
    }
  },
}

async function firstByte(context: Context, sink: Helper<never, Received>, port: number, base: string): Promise<number> {
  sink.clear()
  const begin = now()
  const program = await ProcessProgram.start(context, sink, port, { base })
  const { first } = await sink.next()
  await program.stop()
  return (first - begin) / 1000
}

async function bareNode(sink: Helper<never, Received>, port: number): Promise<number> {
  sink.clear()
  const begin = now()
  const [helper] = await Helper.start('yardsticks/first-byte', String(port))
  const { first } = await sink.next()
  await helper.stop()
  await pause(10)
  return (first - begin) / 1000
}
