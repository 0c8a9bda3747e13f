import { pause } from '../../faults/harness/wait.ts'
import { publish, type Snapshot } from '../data/snapshots.ts'
import { type Context, type Measurement, makeSite, roundsOf, snapshotFor } from '../harness/context.ts'
import { cpuOf, idleTime, mainThreadCpuOf, now } from '../harness/cost.ts'
import { Helper } from '../harness/helper.ts'
import { nextTime, ProcessProgram } from '../harness/process-program.ts'
import type { Received, SinkReady } from '../harness/sink.ts'
import { median, ratioSpread } from '../report/ratios.ts'

/** How many snapshots wait; an hour of them with `--full`. */
const waiting: Readonly<Record<Context['extent'], number>> = { quick: 4, default: 24, full: 360 }

interface Drained {
  /** From the start of the program to the last byte. */
  readonly rate: number
  readonly peak: number
  readonly lines: number
  readonly cores: Cores
}

/** How many cores were at work on average: when none is idle, another worker has nothing to run on. */
interface Cores {
  readonly 'worker cores': number
  readonly 'main thread cores': number
  readonly 'sink cores': number
  readonly 'idle cores': number
}

export const backlog: Measurement = {
  name: 'backlog',
  summary: 'a queue of large snapshots that waits when haproxystats-process starts, with one worker and with two',
  async run(context) {
    const snapshot = snapshotFor(context, context.extent === 'quick' ? 'medium' : 'large', 'busy')
    const count = waiting[context.extent]
    const one: Drained[] = []
    const two: Drained[] = []
    for (const _round of roundsOf({ ...context, rounds: Math.min(2, context.rounds) })) {
      one.push(await drain(context, snapshot, count, 1))
      two.push(await drain(context, snapshot, count, 2))
    }
    const speedUp = ratioSpread(two.map(rateOf), one.map(rateOf))
    for (const [workers, runs] of [one, two].entries()) {
      context.report({
        name: `backlog/${count} × ${snapshot.name}, workers = ${workers + 1}`,
        ratios: workers === 1 && speedUp !== undefined ? { 'speed/1 worker': speedUp } : {},
        figures: {
          'datapoints/s': median(runs.map(rateOf)),
          'peak MB': Math.max(...runs.map(({ peak }) => peak)),
          ...coresOf(runs),
        },
      })
    }
  },
}

async function drain(context: Context, snapshot: Snapshot, count: number, workers: number): Promise<Drained> {
  const [sink, { port }] = await Helper.start<never, Received, SinkReady>('harness/sink')
  const base = makeSite(context)
  for (let number = 0; number < count; number++) publish(snapshot, base, nextTime())
  const [begin, idle, sinkBefore] = [now(), idleTime(), cpuOf(sink.pid)]
  const program = await ProcessProgram.start(context, sink, port, { base, workers })
  try {
    const received: Received[] = []
    while (received.length < count) received.push(await sink.next())
    const { peak, cpu } = program
    const main = mainThreadCpuOf(program.pid)
    const elapsed = (now() - begin) / 1000
    const cores: Cores = {
      'worker cores': (cpu - main) / elapsed,
      'main thread cores': main / elapsed,
      'sink cores': (cpuOf(sink.pid) - sinkBefore) / elapsed,
      'idle cores': (idleTime() - idle) / elapsed,
    }
    await pause(50)
    const [first] = received as [Received]
    const odd = received.find(({ lines }) => lines !== first.lines)
    if (odd !== undefined) throw new Error(`${odd.lines} datapoints were delivered of a snapshot with ${first.lines}`)
    const seconds = (Math.max(...received.map(({ last }) => last)) - begin) / 1000
    return { rate: (count * first.lines) / seconds, peak, lines: first.lines, cores }
  } finally {
    await program.stop()
    await sink.stop()
  }
}

/** The median of each. */
function coresOf(runs: readonly Drained[]): Cores {
  const names = Object.keys(runs[0]?.cores ?? {}) as (keyof Cores)[]
  return Object.fromEntries(
    names.map((name) => [name, median(runs.map(({ cores }) => cores[name]))]),
  ) as unknown as Cores
}

const rateOf = ({ rate }: Drained) => rate
