import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pause, until } from '../../faults/harness/wait.ts'
import { queueEntriesSync } from '../../support/queue.ts'
import { type Context, type Measurement, makeSite, oneCase, roundsOf, snapshotFor } from '../context.ts'
import { sizes } from '../data/sizes.ts'
import type { Snapshot } from '../data/snapshots.ts'
import { type HaproxyProcesses, haproxyIsInstalled, startHaproxy } from '../programs/haproxy.ts'
import { Helper } from '../programs/helper.ts'
import { ProcessProgram, startReceiver } from '../programs/process.ts'
import { PullProgram } from '../programs/pull.ts'
import { cpuOf } from '../programs/usage.ts'
import type { ReaderReply } from '../references/reader.ts'
import { median, ratio } from '../report/costs.ts'

/** CPU seconds of both programs for one snapshot, and how many snapshots were pulled meanwhile. */
interface Pulled {
  readonly pull: number
  readonly process: number
  readonly lines: number
  readonly count: number
}

/** With the CPU seconds of all HAProxy processes for printing the answers of one snapshot. */
type Round = Pulled & { readonly haproxy: number }

export const together: Measurement = {
  name: 'together',
  summary:
    'both programs on one queue, from HAProxy to the receiver: CPU relative to HAProxy’s own for the same answers',
  quick: true,
  async run(context) {
    if (!haproxyIsInstalled()) {
      context.say('  not measured: haproxy is not installed')
      return
    }
    const size = context.extent === 'quick' ? 'medium' : 'large'
    const haproxy = await startHaproxy(context, sizes[size])
    const snapshot = snapshotFor(context, size)
    await oneCase(context, (inner) => measureReal(inner, haproxy, snapshot))
    await oneCase(context, (inner) => measureBusy(inner, haproxy, snapshot))
  },
}

/** Pull asks the real processes: their CPU time and that of the programs are of the same pull. */
async function measureReal(context: Context, haproxy: HaproxyProcesses, snapshot: Snapshot): Promise<void> {
  await measure(context, `${snapshot.size}, HAProxy without traffic`, snapshot, haproxy.sockets, async (pullOnce) => {
    const before = haproxy.cpu
    const cost = await pullOnce()
    return { ...cost, haproxy: (haproxy.cpu - before) / cost.count }
  })
}

/**
 * Pull asks fake processes whose answers are busy, as those of a HAProxy without traffic cannot be; between two pulls a reader
 * has the real ones print answers with as many rows.
 */
async function measureBusy(context: Context, haproxy: HaproxyProcesses, snapshot: Snapshot): Promise<void> {
  const sockets = join(makeSite(context), 'sockets')
  mkdirSync(sockets)
  const count = String(sizes.large.processes)
  await Helper.start(context, 'programs/fake-haproxy', sockets, snapshot.directory, count)
  const [reader] = await Helper.start<ReaderReply>(context, 'references/reader', haproxy.sockets)
  await measure(context, snapshot.name, snapshot, sockets, async (pullOnce) => {
    const cost = await pullOnce()
    const before = haproxy.cpu
    await reader.ask()
    return { ...cost, haproxy: haproxy.cpu - before }
  })
}

/** Runs both programs on one queue and reports the rounds; a first one only warms up. */
async function measure(
  context: Context,
  name: string,
  snapshot: Snapshot,
  sockets: string,
  round: (pullOnce: () => Promise<Pulled>) => Promise<Round>,
): Promise<void> {
  const pullOnce = await startBoth(context, snapshot, sockets)
  const [warm, rounds]: [Round, Round[]] = [await round(pullOnce), []]
  for (const _round of roundsOf(context)) rounds.push(await round(pullOnce))
  const odd = rounds.find(({ lines }) => lines !== warm.lines)
  if (odd !== undefined) throw new Error(`${odd.lines} datapoints were delivered, expected ${warm.lines}`)
  const both = rounds.map(({ pull, process }) => pull + process)
  const haproxy = rounds.map((one) => one.haproxy)
  context.report({
    name: `together/${name}`,
    ratios: ratio('CPU/HAProxy', both, haproxy),
    figures: {
      'CPU seconds': median(both),
      'pull CPU seconds': median(rounds.map(({ pull }) => pull)),
      'process CPU seconds': median(rounds.map(({ process }) => process)),
      'HAProxy CPU seconds': median(haproxy),
      datapoints: warm.lines,
    },
  })
}

/** Starts both programs on one queue. The function waits for a snapshot to be pulled and delivered. */
async function startBoth(context: Context, snapshot: Snapshot, sockets: string): Promise<() => Promise<Pulled>> {
  const receiver = await startReceiver(context)
  const process = new ProcessProgram(context, receiver)
  // Pull must not be faster than process, however slow the machine is at the moment.
  await process.deliver(snapshot)
  const { wall } = await process.deliver(snapshot)
  const pull = new PullProgram(context, process.base, { sockets, interval: Math.ceil(1 + 2 * wall) })
  return async () => {
    pull.clear()
    receiver.clear()
    const before = { pull: pull.cpu, process: cpuOf(process.pid), count: pull.count }
    await pull.next()
    const { lines } = await receiver.next()
    await until('the queue to be empty', () => queueEntriesSync(join(process.base, 'incoming')).length === 0, 300)
    await pause(100)
    // On a slow machine another pull may have come in between.
    const count = pull.count - before.count
    const processCpu = cpuOf(process.pid) - before.process
    return { pull: (pull.cpu - before.pull) / count, process: processCpu / count, lines, count }
  }
}
