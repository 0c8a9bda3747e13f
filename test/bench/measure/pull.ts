import { join } from 'node:path'
import { pause } from '../../faults/harness/wait.ts'
import type { SizeName } from '../data/sizes.ts'
import type { Snapshot } from '../data/snapshots.ts'
import type { Asked } from '../harness/answerer.ts'
import { type Context, type Measurement, makeSite, roundsOf, snapshotFor } from '../harness/context.ts'
import { cpuOf, now } from '../harness/cost.ts'
import { Helper } from '../harness/helper.ts'
import { PullProgram } from '../harness/pull-program.ts'
import { type Cost, costFigures, costRatios } from '../report/costs.ts'
import type { ReaderReply } from '../yardsticks/reader.ts'

/** How many sources of which size; `bytes` cuts an answer to about so many. */
interface Sources {
  readonly name: string
  readonly size: SizeName
  readonly load: 'quiet' | 'busy'
  readonly count: number
  readonly bytes?: number
  readonly extents: readonly Context['extent'][]
}

const runs: readonly Sources[] = [
  { name: '20 sources of 100 kB', size: 'medium', load: 'busy', count: 20, bytes: 100_000, extents: ['quick'] },
  {
    name: '200 sources of 100 kB',
    size: 'medium',
    load: 'busy',
    count: 200,
    bytes: 100_000,
    extents: ['default', 'full'],
  },
  { name: '4 sources of 3 MB', size: 'large', load: 'quiet', count: 4, extents: ['default', 'full'] },
  { name: '4 sources of 5 MB (large, busy)', size: 'large', load: 'busy', count: 4, extents: ['default', 'full'] },
  { name: '8 sources of 25 MB (huge, busy)', size: 'huge', load: 'busy', count: 8, extents: ['full'] },
]

export const pull: Measurement = {
  name: 'pull',
  summary: 'haproxystats-pull, from its first question to the rename of the snapshot, beside a reader that only writes',
  quick: true,
  async run(context) {
    for (const sources of runs) {
      if (!sources.extents.includes(context.extent)) continue
      context.say(`  ${sources.name}`)
      await measure(context, sources, snapshotFor(context, sources.size, sources.load))
    }
  },
}

async function measure(context: Context, { name, count, bytes, size }: Sources, snapshot: Snapshot): Promise<void> {
  const base = makeSite(context)
  const sockets = join(base, 'sockets')
  // Others for the reader: when it is late, its questions must not be counted with those of pull.
  const otherSockets = join(base, 'other-sockets')
  const options = [snapshot.directory, String(count), ...(bytes === undefined ? [] : [String(bytes)])]
  const [answerer] = await Helper.start<never, Asked>('harness/answerer', sockets, ...options)
  const [other] = await Helper.start<never, Asked>('harness/answerer', otherSockets, ...options)
  const written = join(base, 'incoming.tmp/read')
  const [reader] = await Helper.start<string, ReaderReply>('yardsticks/reader', otherSockets, written)
  const program = new PullProgram(context, base, { sockets, interval: size === 'huge' ? 10 : 2 })
  const product: Cost[] = []
  const floor: Cost[] = []
  try {
    await pullOnce(program, answerer)
    for (const _round of roundsOf(context)) {
      product.push(await pullOnce(program, answerer))
      floor.push(await readAll(reader))
    }
    context.report({
      name: `pull/${name}`,
      ratios: costRatios(product, floor, 'floor'),
      figures: { ...costFigures(product), 'peak MB': program.peak, ...costFigures(floor, 'floor') },
    })
  } finally {
    await program.stop()
    await Promise.all([answerer.stop(), other.stop(), reader.stop()])
  }
}

/** The next snapshot: from the first question of its pull to its rename. */
export async function pullOnce(program: PullProgram, answerer: Helper<never, Asked>): Promise<Cost> {
  program.clear()
  const before = program.cpu
  const published = await program.next()
  // What is left to do after the rename is the program's too.
  await pause(100)
  const asked = answerer.clear().findLast(({ first }) => first < published.at)
  if (asked === undefined) throw new Error(`snapshot ${published.name} was published, but nobody was asked`)
  program.remove(published)
  return { wall: (published.at - asked.first) / 1000, cpu: program.cpu - before }
}

/** The reader between two ticks of pull. */
async function readAll(reader: Helper<string, ReaderReply>): Promise<Cost> {
  const before = cpuOf(reader.pid)
  const begin = now()
  await reader.ask('read')
  return { wall: (now() - begin) / 1000, cpu: cpuOf(reader.pid) - before }
}
