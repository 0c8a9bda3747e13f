import { type Configuration, carriedSource, type Logger } from '@haproxystats/core'
import { addCounts, type Counts, renderCounters } from '@haproxystats/haproxy'
import type { AnswerFiles } from './answer-files.ts'
import type { Outcome } from './ask-source.ts'
import { Carried } from './carried.ts'
import { carriedPath, readCarried, writeCarried } from './carried-file.ts'
import type { SnapshotDraft } from './publish.ts'
import { SharedCounters } from './shared-counters.ts'

/** Puts counters into snapshots that are no process's: of those that ended, and of those that are told twice. */
export interface CarriedCounters {
  /** Keeps what was read, and writes what is to be added to it into the draft; undefined when that is nothing. */
  write(draft: SnapshotDraft, outcomes: readonly Outcome[], slot: number): Promise<AnswerFiles | undefined>
}

/** With `counters = raw` nothing is kept, and only counters that several processes share are written, with a minus. */
export async function openCarried(configuration: Configuration, log: Logger): Promise<CarriedCounters> {
  const { counters, fsync } = configuration.pull
  const path = carriedPath(configuration.paths['base-dir'])
  const carried = counters === 'raw' ? undefined : new Carried(await readCarried(path, log))
  const sharing = new SharedCounters()
  return {
    async write(draft, all, slot) {
      const { outcomes, twice } = sharing.separate(all)
      const added = carried?.update(outcomes, slot) ?? { info: [], objects: new Map() }
      const { info, stat } = renderCounters({ info: added.info, objects: difference(added.objects, twice) })
      // Before the snapshot is published: a run after this one must not know less than the snapshot says.
      if (carried !== undefined) await writeCarried(path, carried.state, fsync)
      if (stat === undefined) return undefined
      const files = draft.answer(carriedSource)
      if (info !== undefined) await files.write('info', info)
      await files.write('stat', stat)
      return files
    },
  }
}

function difference(objects: ReadonlyMap<string, Counts>, twice: ReadonlyMap<string, Counts>): Map<string, Counts> {
  const result = new Map(objects)
  for (const [key, counts] of twice) {
    const negative = counts.map((count) => (count === undefined ? undefined : -count))
    const sum = [...(result.get(key) ?? [])]
    addCounts(sum, negative)
    result.set(key, sum)
  }
  return result
}
