import { join } from 'node:path'
import { pause } from '../../faults/harness/wait.ts'
import type { Asked } from '../harness/answerer.ts'
import { type Context, type Measurement, makeSite, snapshotFor } from '../harness/context.ts'
import { cpuOf } from '../harness/cost.ts'
import { Helper } from '../harness/helper.ts'
import { ProcessProgram } from '../harness/process-program.ts'
import { PullProgram } from '../harness/pull-program.ts'
import type { Received, SinkReady } from '../harness/sink.ts'

/** Seconds that are looked at; with the pulls, three of them. */
const span: Readonly<Record<Context['extent'], number>> = { quick: 5, default: 30, full: 120 }

export const idle: Measurement = {
  name: 'idle',
  summary: 'CPU while there is nothing to do, and with one small snapshot every ten seconds, in percent of a core',
  async run(context) {
    const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
    const snapshot = snapshotFor(context, 'small', 'busy')
    const sockets = join(makeSite(context), 'sockets')
    const [answerer] = await Helper.start<never, Asked>('harness/answerer', sockets, snapshot.directory, '2')
    const alone = await ProcessProgram.start(context, sink, port)
    const busy = await ProcessProgram.start(context, sink, port)
    const pull = new PullProgram(context, busy.base, { sockets, interval: 10 })
    const pids: Readonly<Record<string, number>> = {
      'process, nothing to do': alone.pid,
      'process, a small snapshot every 10 s': busy.pid,
      'pull, two small sources every 10 s': pull.pid,
    }
    try {
      // What starting costs is another matter.
      await pause(3000)
      const before = Object.values(pids).map(cpuOf)
      await pause(span[context.extent] * 1000)
      for (const [index, [name, pid]] of Object.entries(pids).entries()) {
        const seconds = cpuOf(pid) - (before[index] as number)
        context.report({
          name: `idle/${name}`,
          ratios: {},
          figures: { 'CPU %': (100 * seconds) / span[context.extent] },
        })
      }
    } finally {
      await Promise.all([alone.stop(), busy.stop(), pull.stop()])
      await Promise.all([answerer.stop(), sink.stop()])
    }
  },
}
