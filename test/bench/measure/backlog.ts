import { type Context, type Measurement, makeSite, oneCase, roundsOf, usualSnapshot } from '../context.ts'
import { publish, type Snapshot } from '../data/snapshots.ts'
import { nextTime, ProcessProgram, startReceiver } from '../programs/process.ts'
import type { Received } from '../programs/receiver.ts'
import { cpuOf, idleTime, mainThreadCpuOf, now } from '../programs/usage.ts'
import { median, ratio } from '../report/costs.ts'

/** How many snapshots wait; an hour of them with `--full`. */
const waiting: Readonly<Record<Context['extent'], number>> = { quick: 4, default: 24, full: 360 }

/**
 * Datapoints a second from the start of the program to the last byte, its peak memory, and how many cores were at work on
 * average: when none is idle, another worker has no core to run on.
 */
type Drained = Readonly<
  Record<'datapoints/s' | 'peak MB' | 'worker cores' | 'main thread cores' | 'receiver cores' | 'idle cores', number>
>

export const backlog: Measurement = {
  name: 'backlog',
  summary: 'a queue of large snapshots that waits when haproxystats-process starts, with one worker and with two',
  async run(context) {
    const snapshot = usualSnapshot(context)
    const count = waiting[context.extent]
    const drained: [Drained[], Drained[]] = [[], []]
    for (const _round of roundsOf({ ...context, rounds: Math.min(2, context.rounds) })) {
      for (const [index, runs] of drained.entries()) {
        await oneCase(context, async (inner) => void runs.push(await drain(inner, snapshot, count, index + 1)))
      }
    }
    const rates = drained.map((runs) => runs.map((run) => run['datapoints/s'])) as [number[], number[]]
    for (const [index, runs] of drained.entries()) {
      const names = Object.keys(runs[0] as Drained) as (keyof Drained)[]
      context.report({
        name: `backlog/workers = ${index + 1}`,
        ratios: index === 1 ? ratio('speed/1 worker', rates[1], rates[0]) : {},
        figures: {
          snapshots: count,
          ...Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name]))])),
        },
      })
    }
  },
}

async function drain(context: Context, snapshot: Snapshot, count: number, workers: number): Promise<Drained> {
  const receiver = await startReceiver(context)
  const base = makeSite(context)
  for (let number = 0; number < count; number++) publish(snapshot, base, nextTime())
  const [begin, idle, receiverCpu] = [now(), idleTime(), cpuOf(receiver.pid)]
  const program = new ProcessProgram(context, receiver, { base, workers })
  const { pid } = program
  const received: Received[] = []
  while (received.length < count) received.push(await receiver.next())
  const main = mainThreadCpuOf(pid)
  const elapsed = (now() - begin) / 1000
  const lines = (received[0] as Received).lines
  const odd = received.find((one) => one.lines !== lines)
  if (odd !== undefined) throw new Error(`${odd.lines} datapoints were delivered of a snapshot with ${lines}`)
  const seconds = (Math.max(...received.map(({ last }) => last)) - begin) / 1000
  return {
    'datapoints/s': (count * lines) / seconds,
    'peak MB': program.peak,
    'worker cores': (cpuOf(pid) - main) / elapsed,
    'main thread cores': main / elapsed,
    'receiver cores': (cpuOf(receiver.pid) - receiverCpu) / elapsed,
    'idle cores': (idleTime() - idle) / elapsed,
  }
}
