import { join } from 'node:path'
import { pause } from '../../faults/harness/wait.ts'
import { type Context, type Measurement, makeSite, snapshotFor } from '../context.ts'
import { Helper } from '../programs/helper.ts'
import { ProcessProgram, startReceiver } from '../programs/process.ts'
import { PullProgram } from '../programs/pull.ts'
import { cpuOf } from '../programs/usage.ts'

/** Seconds of observation. */
const span: Readonly<Record<Context['extent'], number>> = { quick: 5, default: 30, full: 120 }

export const idle: Measurement = {
  name: 'idle',
  summary: 'CPU with an empty queue, and with one small snapshot every ten seconds, in percent of a core',
  async run(context) {
    const receiver = await startReceiver(context)
    const snapshot = snapshotFor(context, 'small')
    const sockets = join(makeSite(context), 'sockets')
    await Helper.start(context, 'programs/fake-haproxy', sockets, snapshot.directory, '2')
    const empty = new ProcessProgram(context, receiver)
    const busy = new ProcessProgram(context, receiver)
    const pull = new PullProgram(context, busy.base, { sockets, interval: 10 })
    const pids: Readonly<Record<string, number>> = {
      'process, empty queue': empty.pid,
      'process, a small snapshot every 10 s': busy.pid,
      'pull, two small sources every 10 s': pull.pid,
    }
    // The start of the programs does not count.
    await pause(3000)
    const before = Object.values(pids).map(cpuOf)
    await pause(span[context.extent] * 1000)
    for (const [index, [name, pid]] of Object.entries(pids).entries()) {
      const share = (cpuOf(pid) - (before[index] as number)) / span[context.extent]
      context.report({ name: `idle/${name}`, ratios: {}, figures: { 'CPU %': 100 * share } })
    }
  },
}
