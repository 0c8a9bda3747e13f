import { type Configuration, carriedSource, type Logger } from '@haproxystats/core'
import { renderCounters } from '@haproxystats/haproxy'
import type { AnswerFiles } from './answer-files.ts'
import type { Outcome } from './ask-source.ts'
import { Carried } from './carried.ts'
import { carriedPath, readCarried, writeCarried } from './carried-file.ts'
import type { SnapshotDraft } from './publish.ts'

/** Puts counters of processes that ended into snapshots. */
export interface CarriedCounters {
  /** Keeps what was read, and writes what is to be added to it into the draft; undefined when that is nothing. */
  write(
    draft: SnapshotDraft,
    outcomes: readonly Outcome[],
    pull: { readonly slot: number; readonly whole: boolean },
  ): Promise<AnswerFiles | undefined>
}

/** Undefined with `counters = raw`. */
export async function openCarried(configuration: Configuration, log: Logger): Promise<CarriedCounters | undefined> {
  const { counters, fsync } = configuration.pull
  if (counters === 'raw') return undefined
  const path = carriedPath(configuration.paths['base-dir'])
  const carried = new Carried(await readCarried(path, log))
  return {
    async write(draft, outcomes, { slot, whole }) {
      const { info, stat } = renderCounters(carried.update(outcomes, slot, whole))
      // Before the snapshot is published: a run after this one must not know less than the snapshot says.
      await writeCarried(path, carried.state, fsync)
      if (stat === undefined) return undefined
      const files = draft.answer(carriedSource)
      if (info !== undefined) await files.write('info', info)
      await files.write('stat', stat)
      return files
    },
  }
}
