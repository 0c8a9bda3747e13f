import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Behaviour } from '../harness/receiver.ts'
import type { Row, RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { pause, until } from '../harness/wait.ts'
import { smallWindows } from './connections.ts'

/** How much more memory the end of the day may take than its beginning: 5 %, and what a garbage collector may leave. */
const mostGrowth = { part: 0.05, megabytes: 10 }

const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

/** A day of snapshots at full speed, with a receiver that fails in all its ways now and then. */
async function wholeDay(context: RowContext): Promise<void> {
  smallWindows()
  const graphite = { interval: 0.01, delay: 0.05, 'write-timeout': 1, 'commit-timeout': 1 }
  const site = await Site.make(context, { sections: { graphite } })
  const { random } = context
  const faults: readonly (() => Behaviour)[] = [
    () => ({ resetAt: random.whole(0, 5000) }),
    () => ({ closeAt: random.whole(0, 5000) }),
    () => ({ closeDelay: random.whole(0, 100) }),
  ]
  site.receiver.behave(() => {
    if (random.next() < 0.8) return {}
    context.injected()
    return random.pick(faults)()
  })
  const program = site.start('process')
  const memory: number[] = []
  const descriptors: number[] = []
  for (let published = 0; published < context.times; ) {
    for (let count = 0; count < 10 && published < context.times; count++, published++) site.publish()
    await until('room in the queue', () => site.waiting().length < 10, 120)
    if (published % 100 !== 0) continue
    await site.drained()
    await pause(20)
    memory.push(program.memory())
    descriptors.push(program.descriptors())
  }
  site.receiver.behave({})
  await site.settle()
  const early = mean(memory.slice(1, 1 + Math.ceil(memory.length / 4)))
  const late = mean(memory.slice(-Math.ceil(memory.length / 4)))
  context.note(`memory ${early.toFixed(0)} MB early, ${late.toFixed(0)} MB late`)
  if (late > early * (1 + mostGrowth.part) + mostGrowth.megabytes) context.problem('memory grew')
  const [least, most] = [Math.min(...descriptors), Math.max(...descriptors)]
  context.note(`${least} to ${most} descriptors`)
  if (most - least > 4) context.problem(`descriptors: ${least} to ${most}`)
  await program.stop()
  checkAccounts(context, site)
}

/** Published = delivered + waiting + quarantined + vanished, by what process itself tells, and exactly as published. */
function checkAccounts(context: RowContext, site: Site): void {
  const status = JSON.parse(readFileSync(join(site.base, 'haproxystats-process.status.json'), 'utf8'))
  const { taken, delivered, waiting, quarantined, vanished } = status.snapshots
  const published = site.ledger.owed.size
  const told = JSON.stringify(status.snapshots)
  context.note(`${published} published, told: ${told}`)
  if (taken !== delivered + waiting + quarantined + vanished) context.problem(`the accounts do not add up: ${told}`)
  if (delivered !== published) context.problem(`${published} snapshots were published, told: ${told}`)
}

export const dayRows: readonly Row[] = [
  {
    name: 'day',
    fault: 'a day of snapshots at full speed with random faults of the receiver',
    bounded: 500,
    long: 8640,
    needs: ['namespaces'],
    run: wholeDay,
  },
]
