import { writeFileSync } from 'node:fs'
import type { Behaviour } from '../harness/receiver.ts'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { until } from '../harness/wait.ts'

/** Bytes of one snapshot of this size: about 55,000. */
const size = { processes: 1, frontends: 10, backends: 20, servers: 14 }
const snapshotBytes = 55_000

/** Small windows, so that neither side's kernel holds a whole batch and a break comes while there is more to send. */
export function smallWindows(): void {
  writeFileSync('/proc/sys/net/ipv4/tcp_rmem', '4096 8192 16384')
  writeFileSync('/proc/sys/net/ipv4/tcp_wmem', '4096 8192 16384')
}

/** Breaks connections at a random byte; every fourth is left alone, so that there is progress. */
export async function breakAtBytes(context: RowContext, how: 'resetAt' | 'closeAt'): Promise<void> {
  smallWindows()
  const graphite = { interval: 0.001, delay: 0.002 }
  const site = await Site.make(context, { size, sections: { graphite } })
  const { receiver, random } = { receiver: site.receiver, random: context.random }
  const behaviour = (connection: number): Behaviour => {
    if (connection % 4 === 0 || receiver.broken >= context.times) return {}
    return { [how]: random.next() < 0.05 ? 0 : random.whole(1, 1.2 * snapshotBytes) }
  }
  receiver.behave(behaviour)
  const program = site.start('process')
  const seconds = 60 + context.times / 5
  await until(
    'so many broken connections',
    () => {
      while (site.waiting().length < 3) site.publish()
      return receiver.broken >= context.times
    },
    seconds,
  )
  context.injected(receiver.broken)
  await site.settle()
  context.note(`${receiver.connections} connections`)
  await program.stop()
}
