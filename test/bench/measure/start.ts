import { type Measurement, makeSite, oneCase, snapshotFor, takeTurns } from '../context.ts'
import { publish } from '../data/snapshots.ts'
import { Helper } from '../programs/helper.ts'
import { nextTime, ProcessProgram, startReceiver } from '../programs/process.ts'
import { now } from '../programs/usage.ts'
import { median, ratio } from '../report/costs.ts'

export const start: Measurement = {
  name: 'start',
  summary: 'from the start of haproxystats-process to its first byte, relative to a bare node that sends a line',
  quick: true,
  async run(context) {
    for (const size of context.extent === 'quick' ? (['small'] as const) : (['small', 'large'] as const)) {
      await oneCase(context, async (inner) => {
        const snapshot = snapshotFor(inner, size)
        const receiver = await startReceiver(inner)
        /** Seconds until the first byte of what is started. */
        const firstByte = async (begin: () => Promise<{ stop(): Promise<void> }>) => {
          receiver.clear()
          const began = now()
          const started = await begin()
          const { first } = await receiver.next()
          await started.stop()
          return { wall: (first - began) / 1000, cpu: 0 }
        }
        const { node, process } = await takeTurns(inner, {
          node: () =>
            firstByte(async () => (await Helper.start(inner, 'references/first-byte', String(receiver.port)))[0]),
          process: () => {
            const base = makeSite(inner)
            publish(snapshot, base, nextTime())
            return firstByte(async () => new ProcessProgram(inner, receiver, { base }))
          },
        })
        const [seconds, others] = [process, node].map((costs) => costs.map(({ wall }) => wall)) as [number[], number[]]
        inner.report({
          name: `start/${snapshot.name}`,
          ratios: ratio('wall/node', seconds, others),
          figures: { seconds: median(seconds), 'node seconds': median(others) },
        })
      })
    }
  },
}
