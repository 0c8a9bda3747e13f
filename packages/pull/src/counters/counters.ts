import { type Configuration, carriedSource, type Logger, twiceSource } from '@haproxystats/core'
import { renderCounters } from '@haproxystats/haproxy'
import type { SourceResult } from '../sources/source.ts'
import type { AnswerFiles } from '../write/answer-files.ts'
import type { SnapshotDraft } from '../write/publish.ts'
import { type Additions, Carried } from './counter-offsets.ts'
import { carriedPath, readCarried, writeCarried } from './counter-offsets-file.ts'
import { type KnownProcess, knownOf, mayLive, readProcesses } from './known-process.ts'
import { findToldTwice, withMinus } from './shared-counters.ts'

/** Puts counters into snapshots that are no process's: of those that ended, and of those that are told twice. */
export interface CarriedCounters {
  /** Whether the counters of every process are needed for it; if not, those of workers beside others are. */
  readonly counting: boolean
  /** Keeps what was read, and writes what is to be added to it into the draft. */
  write(draft: SnapshotDraft, outcomes: readonly SourceResult[], slot: number): Promise<AnswerFiles[]>
}

/** Whether counters of processes that ended are wanted: by Graphite, or by Prometheus, which takes what falls for a reset. */
function isCarrying({ pull, http }: Configuration): boolean {
  return pull.counters === 'monotonic' || http !== undefined
}

/** When nothing is carried, nothing is kept either, and only what several processes tell is written. */
export async function openCarried(configuration: Configuration, log: Logger): Promise<CarriedCounters> {
  const path = carriedPath(configuration.paths['base-dir'])
  if (!isCarrying(configuration)) return { counting: false, write: onlyTwice() }
  const carried = new Carried(await readCarried(path, log))
  return {
    counting: true,
    async write(draft, outcomes, slot) {
      const additions = carried.update(outcomes, slot)
      // Before the snapshot is published: a run after this one must not know less than the snapshot says.
      await writeCarried(path, carried.state, configuration.pull.fsync)
      return [...(await writeAdded(draft, additions)), ...(await writeTwice(draft, additions.twice))]
    },
  }
}

function onlyTwice(): CarriedCounters['write'] {
  let known: readonly KnownProcess[] = []
  return async (draft, outcomes, slot) => {
    const read = readProcesses(outcomes, slot)
    const twice = findToldTwice(read, known, (process) => mayLive(process, outcomes))
    known = read.map((process) => knownOf(process, twice.get(process)))
    return writeTwice(draft, withMinus(read, known).beside)
  }
}

async function writeAdded(draft: SnapshotDraft, { carried, peaks }: Additions): Promise<AnswerFiles[]> {
  const { info, stat } = renderCounters(carried, peaks)
  if (info === undefined && stat === undefined) return []
  const files = draft.answer(carriedSource)
  if (info !== undefined) await files.write('info', info)
  if (stat !== undefined) await files.write('stat', stat)
  return [files]
}

async function writeTwice(draft: SnapshotDraft, objects: Additions['twice']): Promise<AnswerFiles[]> {
  const { stat } = renderCounters({ info: [], objects })
  if (stat === undefined) return []
  const files = draft.answer(twiceSource)
  await files.write('stat', stat)
  return [files]
}
