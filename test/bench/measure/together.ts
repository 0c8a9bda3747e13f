import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pause, until } from '../../faults/harness/wait.ts'
import { queueEntriesSync } from '../../support/queue.ts'
import { sizes } from '../data/sizes.ts'
import type { Snapshot } from '../data/snapshots.ts'
import type { Asked } from '../harness/answerer.ts'
import { type Context, type Measurement, makeSite, roundsOf, snapshotFor } from '../harness/context.ts'
import { HaproxyDaemons, haproxyIsInstalled } from '../harness/haproxy-daemons.ts'
import { Helper } from '../harness/helper.ts'
import { ProcessProgram } from '../harness/process-program.ts'
import { PullProgram } from '../harness/pull-program.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { median, ratioSpread } from '../report/ratios.ts'
import type { ReaderReply } from '../yardsticks/reader.ts'

/** Seconds of CPU of one snapshot. */
interface Shares {
  readonly pull: number
  readonly process: number
  /** All HAProxy processes, for printing the answers of one snapshot. */
  readonly haproxy: number
  readonly lines: number
}

/** What both programs cost for a snapshot, of so many that were pulled. */
type Tick = Omit<Shares, 'haproxy'> & { readonly count: number }

export const together: Measurement = {
  name: 'together',
  summary: 'both programs on one queue, from HAProxy to the sink: CPU beside what HAProxy itself needs to print it',
  quick: true,
  async run(context) {
    if (!haproxyIsInstalled()) {
      context.say('  not measured: haproxy is not installed')
      return
    }
    const size = context.extent === 'quick' ? 'medium' : 'large'
    const daemons = await HaproxyDaemons.start(makeSite(context), sizes[size])
    try {
      const snapshot = snapshotFor(context, size, 'busy')
      report(context, `${size}, real HAProxy without traffic`, await measureReal(context, daemons, snapshot))
      report(context, snapshot.name, await measureBusy(context, daemons, snapshot))
    } finally {
      await daemons.stop()
    }
  },
}

function report(context: Context, name: string, rounds: readonly Shares[]): void {
  const both = rounds.map(({ pull, process }) => pull + process)
  const haproxy = rounds.map((round) => round.haproxy)
  const ratio = ratioSpread(both, haproxy)
  context.report({
    name: `together/${name}`,
    ratios: ratio === undefined ? {} : { 'CPU/HAProxy': ratio },
    figures: {
      'CPU seconds': median(both),
      'pull CPU seconds': median(rounds.map(({ pull }) => pull)),
      'process CPU seconds': median(rounds.map(({ process }) => process)),
      'HAProxy CPU seconds': median(haproxy),
      datapoints: median(rounds.map(({ lines }) => lines)),
    },
  })
}

/** Pull asks the real ones: what they need to print and what both programs need is of the same tick. */
function measureReal(context: Context, daemons: HaproxyDaemons, snapshot: Snapshot): Promise<Shares[]> {
  return withPrograms(context, snapshot, daemons.sockets, async (tick) => {
    const before = daemons.cpu
    const cost = await tick()
    return { ...cost, haproxy: (daemons.cpu - before) / cost.count }
  })
}

/**
 * Pull asks stand-ins that say busy answers, as HAProxy without traffic cannot; between two ticks a reader has the real
 * ones, which have as many rows, print theirs.
 */
async function measureBusy(context: Context, daemons: HaproxyDaemons, snapshot: Snapshot): Promise<Shares[]> {
  const sockets = join(makeSite(context), 'sockets')
  mkdirSync(sockets)
  const count = String(sizes.large.processes)
  const [answerer] = await Helper.start<never, Asked>('harness/answerer', sockets, snapshot.directory, count)
  const [reader] = await Helper.start<string, ReaderReply>('yardsticks/reader', daemons.sockets)
  try {
    return await withPrograms(context, snapshot, sockets, async (tick) => {
      const cost = await tick()
      const before = daemons.cpu
      await reader.ask('read')
      return { ...cost, haproxy: daemons.cpu - before }
    })
  } finally {
    await Promise.all([answerer.stop(), reader.stop()])
  }
}

/** Runs both programs on one queue and measures rounds; the first only warms up. */
async function withPrograms(
  context: Context,
  snapshot: Snapshot,
  sockets: string,
  round: (tick: () => Promise<Tick>) => Promise<Shares>,
): Promise<Shares[]> {
  const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
  const process = await ProcessProgram.start(context, sink, port)
  // Pull must not be faster than process, however slow the machine is just now.
  await process.deliver(snapshot)
  const { wall } = await process.deliver(snapshot)
  const pull = new PullProgram(context, process.base, { sockets, interval: Math.ceil(1 + 2 * wall) })
  const tick = async () => {
    pull.clear()
    sink.clear()
    const before = { pull: pull.cpu, process: process.cpu, count: pull.count }
    await pull.next()
    const { lines } = await sink.next()
    await until('the queue to be empty', () => queueEntriesSync(join(process.base, 'incoming')).length === 0, 300)
    await pause(100)
    // On a slow machine another pull may have come in between.
    const count = pull.count - before.count
    return { pull: (pull.cpu - before.pull) / count, process: (process.cpu - before.process) / count, lines, count }
  }
  try {
    const [warm, rounds]: [Shares, Shares[]] = [await round(tick), []]
    for (const _round of roundsOf(context)) rounds.push(await round(tick))
    const odd = rounds.find(({ lines }) => lines !== warm.lines)
    if (odd !== undefined) throw new Error(`${odd.lines} datapoints were delivered, expected ${warm.lines}`)
    return rounds
  } finally {
    await pull.stop()
    await process.stop()
    await sink.stop()
  }
}
