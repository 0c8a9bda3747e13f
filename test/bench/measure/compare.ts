import { join } from 'node:path'
import { type Context, makeSite, oneCase, roundsOf, snapshotFor, takeTurns } from '../context.ts'
import type { SizeName } from '../data/sizes.ts'
import type { Snapshot } from '../data/snapshots.ts'
import type { Asked } from '../programs/fake-haproxy.ts'
import { Helper } from '../programs/helper.ts'
import { ProcessProgram, startReceiver } from '../programs/process.ts'
import { PullProgram } from '../programs/pull.ts'
import { type Cost, costFigures, costRatios } from '../report/costs.ts'

interface Build {
  /** The directory of its packages. */
  readonly packages: string
  readonly name: string
}

export interface Builds {
  readonly before: Build
  readonly after: Build
}

const sizes: Readonly<Record<Context['extent'], readonly SizeName[]>> = {
  quick: ['medium'],
  default: ['medium', 'large'],
  full: ['medium', 'large', 'huge'],
}

/** Both builds by turns with the same snapshots: the costs of the second relative to those of the first. */
export async function compareBuilds(context: Omit<Context, 'stopLater'>, builds: Builds): Promise<void> {
  for (const size of sizes[context.extent]) {
    for (const compare of [compareProcess, compareHttp, comparePull]) {
      await oneCase(context, (inner) => compare(inner, snapshotFor(inner, size), builds))
    }
  }
}

const compareProcess = (context: Context, snapshot: Snapshot, builds: Builds) =>
  compareDelivery(context, snapshot, builds, 'process', () => '')

const compareHttp = (context: Context, snapshot: Snapshot, builds: Builds) =>
  compareDelivery(
    context,
    snapshot,
    builds,
    'process with [http]',
    (base) => `[http]\nlisten = unix://${base}/http.sock`,
  )

async function compareDelivery(
  context: Context,
  snapshot: Snapshot,
  { before, after }: Builds,
  name: string,
  sections: (base: string) => string,
): Promise<void> {
  const receiver = await startReceiver(context)
  const start = ({ packages }: Build) => {
    const base = makeSite(context)
    return new ProcessProgram({ ...context, packages }, receiver, { base, sections: sections(base) })
  }
  const [one, other] = [start(before), start(after)]
  const lines = { before: 0, after: 0 }
  const deliver = async (which: keyof Builds, program: ProcessProgram) => {
    const delivered = await program.deliver(snapshot)
    lines[which] = delivered.lines
    return delivered
  }
  const costs = await takeTurns(context, { before: () => deliver('before', one), after: () => deliver('after', other) })
  context.report({
    name: `${name}/${snapshot.name}`,
    ratios: costRatios(costs.after, costs.before, before.name),
    figures: {
      ...costFigures(costs.before, before.name),
      [`${before.name} datapoints`]: lines.before,
      [`${before.name} peak MB`]: one.peak,
      ...costFigures(costs.after, after.name),
      [`${after.name} datapoints`]: lines.after,
      [`${after.name} peak MB`]: other.peak,
    },
  })
}

/** Pull reads at times of its own choice, so the builds run one after the other, several times. */
async function comparePull(context: Context, snapshot: Snapshot, { before, after }: Builds): Promise<void> {
  const costs: Record<keyof Builds, Cost[]> = { before: [], after: [] }
  const peaks = { before: 0, after: 0 }
  const pullTwice = (which: keyof Builds, { packages }: Build) =>
    oneCase({ ...context, packages }, async (inner) => {
      const base = makeSite(inner)
      const sockets = join(base, 'sockets')
      const [sources] = await Helper.start<Asked>(inner, 'programs/fake-haproxy', sockets, snapshot.directory, '4')
      const program = new PullProgram(inner, base, { sockets, interval: 2 })
      await program.pullOnce(sources)
      costs[which].push(await program.pullOnce(sources), await program.pullOnce(sources))
      peaks[which] = Math.max(peaks[which], program.peak)
    })
  for (const _round of roundsOf({ ...context, rounds: Math.ceil(context.rounds / 2) })) {
    await pullTwice('before', before)
    await pullTwice('after', after)
  }
  context.report({
    name: `pull/${snapshot.name}`,
    ratios: costRatios(costs.after, costs.before, before.name),
    figures: {
      ...costFigures(costs.before, before.name),
      [`${before.name} peak MB`]: peaks.before,
      ...costFigures(costs.after, after.name),
      [`${after.name} peak MB`]: peaks.after,
    },
  })
}
