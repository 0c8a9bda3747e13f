import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Measurement, snapshotFor } from '../harness/context.ts'
import { Helper } from '../harness/helper.ts'
import { ProcessProgram } from '../harness/process-program.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { profileText } from '../report/profile.ts'

/** Nothing to compare: where the time of haproxystats-process goes. Only when asked for. */
export const profile: Measurement = {
  name: 'profile',
  summary: 'where the time of haproxystats-process goes, by node --cpu-prof: the functions with most time of their own',
  onRequest: true,
  async run(context) {
    const snapshot = snapshotFor(context, context.extent === 'quick' ? 'medium' : 'large', 'busy')
    const directory = join(context.directory, 'profile')
    mkdirSync(directory)
    const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
    const node = ['--cpu-prof', `--cpu-prof-dir=${directory}`]
    const program = await ProcessProgram.start(context, sink, port, { node })
    for (let round = 0; round < 3 * context.rounds; round++) await program.deliver(snapshot)
    await program.stop()
    await sink.stop()
    context.say(profileText(directory))
  },
}
