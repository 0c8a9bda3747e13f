import { heapOptions, type Program } from '../harness/program.ts'
import type { Behaviour } from '../harness/receiver.ts'
import type { RowContext } from '../harness/row.ts'
import { Site } from '../harness/site.ts'
import { pause, until } from '../harness/wait.ts'
import { smallWindows } from './connections.ts'

/**
 * How much more memory may be resident at the end than early, as a part. V8 and the C library size their heaps to the load
 * within the first thousand snapshots or so (measured over 8,640: 86 MB after 100, 132 after 1,100, then never more, 121 at
 * the end), so early is after these; a short run is within them and gets so many MB more. What is in use has no such phase.
 */
const mostGrowth = 0.05
const growing = { snapshots: 1500, megabytes: 20 }
/** How much more the main thread may have in use at the end than after the first hundred: 5 %, and compiled code in MB. */
const mostHeap = { part: 0.05, megabytes: 1 }

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

/** Memory of a program over the day, looked at whenever a hundred snapshots more are through. */
class Memory {
  readonly #program: Program
  readonly #resident: { published: number; megabytes: number }[] = []
  readonly #descriptors: number[] = []
  #heap: number | undefined

  constructor(program: Program) {
    this.#program = program
  }

  async look(published: number): Promise<void> {
    this.#resident.push({ published, megabytes: this.#program.memory() })
    this.#descriptors.push(this.#program.descriptors())
    this.#heap ??= await this.#program.heap()
  }

  async judge(context: RowContext): Promise<void> {
    const isLong = context.times > 2 * growing.snapshots
    const last = this.#resident.slice(-Math.ceil(this.#resident.length / 4))
    const settled = this.#resident.filter(({ published }) => !isLong || published > growing.snapshots)
    const early = median(settled.slice(0, last.length).map(({ megabytes }) => megabytes))
    const late = median(last.map(({ megabytes }) => megabytes))
    context.note(`resident ${early.toFixed(0)} MB early, ${late.toFixed(0)} MB late`)
    const allowed = early * (1 + mostGrowth) + (isLong ? 0 : growing.megabytes)
    if (late > allowed) context.problem(`resident memory grew from ${early.toFixed(0)} to ${late.toFixed(0)} MB`)
    const [before, after] = [this.#heap ?? 0, await this.#program.heap()]
    const heaps = `${before.toFixed(1)} MB in use after the first hundred, ${after.toFixed(1)} MB at the end`
    context.note(heaps)
    if (after > before * (1 + mostHeap.part) + mostHeap.megabytes) context.problem(`the heap grew: ${heaps}`)
    const [least, most] = [Math.min(...this.#descriptors), Math.max(...this.#descriptors)]
    context.note(`${least} to ${most} descriptors`)
    if (most > least) context.problem(`descriptors: ${least} to ${most}`)
  }
}

/** A day of snapshots at full speed, with a receiver that fails in all its ways now and then. */
export async function wholeDay(context: RowContext): Promise<void> {
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
    if (random.next() < 0.6) return {}
    context.injected()
    return random.pick(faults)()
  })
  const program = site.start('process', { node: heapOptions })
  const memory = new Memory(program)
  for (let published = 0; published < context.times; ) {
    for (let count = 0; count < 10 && published < context.times; count++, published++) site.publish()
    await until('room in the queue', () => site.waiting().length < 10)
    if (published % 100 !== 0) continue
    await site.drained()
    await pause(50)
    await memory.look(published)
  }
  site.receiver.behave({})
  await site.drained()
  await memory.judge(context)
  await site.settle()
  await program.stop()
  checkAccounts(context, site)
}

/** Published = delivered + waiting + quarantined + vanished, by the status file, and exactly as published. */
function checkAccounts(context: RowContext, site: Site): void {
  const { snapshots } = site.status('process')
  const { taken, delivered, waiting, quarantined, vanished } = snapshots
  const published = site.ledger.expected.size
  const accounts = JSON.stringify(snapshots)
  context.note(`${published} published, status file: ${accounts}`)
  if (taken !== delivered + waiting + quarantined + vanished) context.problem(`the accounts do not add up: ${accounts}`)
  if (delivered !== published) context.problem(`${published} snapshots were published, status file: ${accounts}`)
}
