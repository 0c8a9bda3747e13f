import type { Program } from '../harness/program.ts'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { pause } from '../harness/wait.ts'
import { smallWindows } from './connections.ts'
import type { Misbehaviour } from './misbehaviours.ts'

/** About 55,000 bytes a snapshot. */
const size = { processes: 1, frontends: 10, backends: 20, servers: 14 }
const graphite = { interval: 0.2, delay: 1, 'connect-timeout': 0.5, 'write-timeout': 1, 'commit-timeout': 1.5 }

/** How often one batch may be sent: once, and three times again. */
const mostAttempts = 4
/** Tolerance of timeouts on a busy machine, in seconds. */
const slack = 15
/** How much memory may grow, in MB. */
const mostGrowth = 20

/** The worst of all rounds. */
interface Worst {
  attempts: number
  /** Seconds until it was detected. */
  detection: number
}

/** The peer misbehaves while one snapshot is on its way. */
export async function endure(context: RowContext, misbehaviour: Misbehaviour): Promise<void> {
  smallWindows()
  const site = await Site.make(context, { size, sections: { graphite: { ...graphite, ...misbehaviour.options } } })
  const program = site.start('process')
  for (let count = 0; count < 30; count++) site.publish()
  await site.drained()
  const memory = program.memory()
  const worst: Worst = { attempts: 0, detection: 0 }
  for (const _time of context.rounds()) {
    const { attempts, detection } = await endureOnce(context, site, program, misbehaviour)
    worst.attempts = Math.max(worst.attempts, attempts)
    worst.detection = Math.max(worst.detection, detection)
  }
  judge(context, misbehaviour, worst, program.memory() - memory)
  await site.settle()
  await program.stop('SIGKILL')
}

function judge(context: RowContext, { timers }: Misbehaviour, worst: Worst, growth: number): void {
  const attempts = `one batch was sent ${worst.attempts} times`
  const detection = `detected within ${worst.detection.toFixed(1)} s`
  const memory = `memory grew by ${growth.toFixed(0)} MB`
  context.note(timers === undefined ? `${attempts}, ${memory}` : `${detection}, ${attempts}, ${memory}`)
  if (worst.attempts > mostAttempts) context.problem(`${attempts}, at most ${mostAttempts} expected`)
  if (growth > mostGrowth) context.problem(memory)
  if (timers !== undefined && worst.detection > timers + slack) context.problem(`${detection}, ${timers} expected`)
}

async function endureOnce(
  context: RowContext,
  site: Site,
  program: Program,
  misbehaviour: Misbehaviour,
): Promise<Worst> {
  const { detected, again } = misbehaviour
  const lasts = (context.bounded ? undefined : misbehaviour.lastsLong) ?? misbehaviour.lasts
  const used = site.receiver.used
  const before = detected ? program.lines(detected).length : 0
  const recoveries = again ? program.lines(again).length : 0
  await misbehaviour.begin(site)
  const begin = performance.now()
  site.publish()
  context.injected()
  if (detected) await program.said(detected, before + 1)
  else await site.drained()
  const detection = (performance.now() - begin) / 1000
  await pause(lasts * 1000)
  await misbehaviour.end(site)
  await site.drained()
  const attempts = site.receiver.used - used
  if (!again) return { attempts, detection }
  site.publish()
  await program.said(again, recoveries + 1)
  await site.drained()
  return { attempts, detection }
}

/** A peer that never closed its side: logged once, and nothing is sent twice. */
export async function neverClosingFromTheStart(context: RowContext): Promise<void> {
  const site = await Site.make(context, { sections: { graphite } })
  site.receiver.behave({ neverClose: true })
  for (const _time of context.rounds()) {
    const program = site.start('process')
    site.publish()
    await program.said('does not close a connection')
    await site.drained()
    context.injected()
    await program.stop()
  }
  await site.settleWithNewProcess()
  const { duplicates } = context.findings
  if (duplicates > 0) context.problem(`${duplicates} datapoints were sent twice`)
}
