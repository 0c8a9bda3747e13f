import { type Configuration, carriedSource, type Logger, twiceSource } from '@haproxystats/core'
import { renderCounters } from '@haproxystats/haproxy'
import type { SourceResult } from '../sources/source.ts'
import type { AnswerFiles } from '../write/answer-files.ts'
import type { SnapshotDraft } from '../write/publish.ts'
import { CounterOffsets } from './counter-offsets.ts'
import { offsetsPath, readOffsets, writeOffsets } from './counter-offsets-file.ts'
import { type KnownProcess, mayLive, readProcesses, toKnown } from './known-process.ts'
import { findOverlaps, subtractOverlaps } from './overlap.ts'

/** Adds counter offsets to a snapshot: counters of ended processes, less those that two processes both report. */
export interface SnapshotCounters {
  /** Whether the counters of every process are needed for it; if not, those of workers beside others are. */
  readonly counting: boolean
  /** Keeps what was read, and writes what is to be added to it into the draft. */
  write(draft: SnapshotDraft, outcomes: readonly SourceResult[], slot: number): Promise<AnswerFiles[]>
}

/** Whether offsets are wanted: by Graphite, or by Prometheus, which takes a counter that falls for a reset. */
function hasOffsets({ pull, http }: Configuration): boolean {
  return pull.counters === 'monotonic' || http !== undefined
}

/** Without offsets nothing is kept on the disk, and only what several processes report is written. */
export async function openCounters(configuration: Configuration, log: Logger): Promise<SnapshotCounters> {
  if (!hasOffsets(configuration)) return { counting: false, write: writeOverlapsOnly() }
  const path = offsetsPath(configuration.paths['base-dir'])
  const offsets = new CounterOffsets(await readOffsets(path, log))
  return {
    counting: true,
    async write(draft, outcomes, slot) {
      const { info, objects, peaks, overlap } = offsets.update(outcomes, slot)
      // Before the snapshot is published: a run after this one must not know less than the snapshot says.
      await writeOffsets(path, offsets.state, configuration.pull.fsync)
      return [
        ...(await writeSource(draft, carriedSource, renderCounters(info, objects, peaks))),
        ...(await writeSource(draft, twiceSource, renderCounters([], overlap))),
      ]
    },
  }
}

function writeOverlapsOnly(): SnapshotCounters['write'] {
  let known: readonly KnownProcess[] = []
  return async (draft, outcomes, slot) => {
    const read = readProcesses(outcomes, slot)
    const overlaps = findOverlaps(read, known, (process) => mayLive(process, outcomes))
    known = read.map((process) => toKnown(process, overlaps.get(process)))
    return writeSource(draft, twiceSource, renderCounters([], subtractOverlaps(read, known).beside))
  }
}

async function writeSource(
  draft: SnapshotDraft,
  source: string,
  { info, stat }: { info?: Buffer; stat?: Buffer },
): Promise<AnswerFiles[]> {
  if (info === undefined && stat === undefined) return []
  const files = draft.answer(source)
  if (info !== undefined) await files.write('info', info)
  if (stat !== undefined) await files.write('stat', stat)
  return [files]
}
