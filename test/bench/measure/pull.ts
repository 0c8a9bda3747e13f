import { join } from 'node:path'
import { type Context, type Measurement, makeSite, oneCase, snapshotFor, takeTurns } from '../context.ts'
import type { SizeName } from '../data/sizes.ts'
import type { Snapshot } from '../data/snapshots.ts'
import type { Asked } from '../programs/fake-haproxy.ts'
import { Helper } from '../programs/helper.ts'
import { PullProgram } from '../programs/pull.ts'
import { cpuOf } from '../programs/usage.ts'
import type { ReaderReply } from '../references/reader.ts'
import { type Cost, costFigures, costRatios } from '../report/costs.ts'

/** How many sources of which size; `bytes` cuts an answer to about so many. */
interface Sources {
  readonly name: string
  readonly size: SizeName
  readonly load: 'quiet' | 'busy'
  readonly count: number
  readonly bytes?: number
  readonly extents: readonly Context['extent'][]
}

const small = { size: 'medium', load: 'busy', bytes: 100_000 } as const
const runs: readonly Sources[] = [
  { ...small, name: '20 sources of 100 kB', count: 20, extents: ['quick'] },
  { ...small, name: '200 sources of 100 kB', count: 200, extents: ['default', 'full'] },
  { name: '4 sources of 3 MB', size: 'large', load: 'quiet', count: 4, extents: ['default', 'full'] },
  { name: '4 sources of 5 MB (large, busy)', size: 'large', load: 'busy', count: 4, extents: ['default', 'full'] },
  { name: '8 sources of 25 MB (huge, busy)', size: 'huge', load: 'busy', count: 8, extents: ['full'] },
]

export const pull: Measurement = {
  name: 'pull',
  summary: 'haproxystats-pull, from its first question to the rename of the snapshot, relative to a simple reader',
  quick: true,
  async run(context) {
    for (const sources of runs) {
      if (!sources.extents.includes(context.extent)) continue
      context.say(`  ${sources.name}`)
      await oneCase(context, (inner) => measure(inner, sources, snapshotFor(inner, sources.size, sources.load)))
    }
  },
}

async function measure(context: Context, { name, count, bytes, size }: Sources, snapshot: Snapshot): Promise<void> {
  const base = makeSite(context)
  const sockets = join(base, 'sockets')
  // Other sockets for the reader: when it is late, its questions must not be counted with those of pull.
  const otherSockets = join(base, 'other-sockets')
  const options = [snapshot.directory, String(count), ...(bytes === undefined ? [] : [String(bytes)])]
  const [sources] = await Helper.start<Asked>(context, 'programs/fake-haproxy', sockets, ...options)
  await Helper.start<Asked>(context, 'programs/fake-haproxy', otherSockets, ...options)
  const written = join(base, 'incoming.tmp/read')
  const [reader] = await Helper.start<ReaderReply>(context, 'references/reader', otherSockets, written)
  const program = new PullProgram(context, base, { sockets, interval: size === 'huge' ? 10 : 2 })
  const costs = await takeTurns(context, { pull: () => program.pullOnce(sources), reader: () => read(reader) })
  context.report({
    name: `pull/${name}`,
    ratios: costRatios(costs.pull, costs.reader, 'reader'),
    figures: { ...costFigures(costs.pull), 'peak MB': program.peak, ...costFigures(costs.reader, 'reader') },
  })
}

/** The reader between two pulls. */
async function read(reader: Helper<ReaderReply>): Promise<Cost> {
  const before = cpuOf(reader.pid)
  const { wall } = await reader.ask()
  return { wall, cpu: cpuOf(reader.pid) - before }
}
