import type { Address, MasterAddress, SourceReport, StatsError } from '@haproxystats/core'
import type { ProcessCounters, ProcessFacts, Worker } from '@haproxystats/haproxy'
import type { AnswerFiles } from '../write/answer-files.ts'

/** An address at which HAProxy answers, or a worker behind the address of its master. */
export interface Source {
  /** The name of its files, without suffix. */
  readonly name: string
  /** Its address, as in the configuration; of a worker `<address of the master> @!<pid>`. */
  readonly text: string
  readonly address: Address
  readonly worker?: { readonly pid: number; readonly master: string }
  /** Found in `socket-dir`, so it may be the stale socket of a process that is gone; not named in `servers`. */
  readonly discovered: boolean
  /** Of a socket in `socket-dir`: changes when another socket takes its place. */
  readonly inode?: string
}

/** The socket of a master process. */
export type Master = Source & { readonly address: MasterAddress }

/** The address at which a source was found: of a worker that of its master. */
export function placeOf({ worker, text }: Source): string {
  return worker?.master ?? text
}

/**
 * A worker as a source. Its files are named after its role and not its pid, so that metrics of processes keep their paths:
 * the name of the master, `-<n>` with `nbproc`, `-old<reloads>` for one of a past reload. Only when a reload happens during a
 * pull, two workers have one role in it: the second has its pid appended.
 *
 * @param taken names of sources of this pull.
 */
export function workerSource(
  master: Master,
  { pid, number, reloads }: Worker,
  { workers, taken }: { workers: readonly Worker[]; taken: ReadonlySet<string> },
): Source {
  const name = `${master.name}${number > 1 ? `-${number}` : ''}${reloads > 0 ? `-old${reloads}` : ''}`
  const alone = workers.filter((other) => other.number === number && other.reloads === reloads).length === 1
  return {
    name: alone && !taken.has(name) ? name : `${name}-${pid}`,
    text: `${master.text} @!${pid}`,
    address: master.address,
    worker: { pid, master: master.text },
    discovered: false,
  }
}

/** The cost of reading a source; `retries` are attempts to connect beyond the first. */
interface Effort {
  readonly source: Source
  readonly seconds: number
  readonly retries: number
}

/**
 * The result of reading one source.
 *
 * - `duplicate`: the same process as another source, `same`, which was read.
 * - `stale`: nothing listens on this socket of `socket-dir`; with `after`, a process answered there before, and nothing has
 *   listened for more than so many seconds.
 * - `gone`: a worker that ended before or while it was read, or has no row left before it ends.
 * - `foreign`: this socket of `socket-dir` answers, but is no stats socket.
 */
export type SourceResult = Effort &
  (
    | {
        readonly outcome: 'answered'
        readonly files: AnswerFiles
        readonly facts: ProcessFacts
        /** When counters are carried over, and for workers that may share some of them. */
        readonly counters?: ProcessCounters
        /** Other places at which this process was found (`placeOf`). */
        readonly alsoAt?: ReadonlySet<string>
      }
    | { readonly outcome: 'duplicate'; readonly facts: ProcessFacts; readonly same: Source }
    | { readonly outcome: 'stale'; readonly after?: number }
    | { readonly outcome: 'gone' }
    | { readonly outcome: 'foreign'; readonly error: StatsError }
    | { readonly outcome: 'failed'; readonly error: StatsError }
  )

/** The entry of a source in the manifest of the snapshot. */
export function reportOn(result: SourceResult): SourceReport {
  const { source, seconds, retries, outcome } = result
  const report = { name: source.name, source: source.text, result: outcome, seconds, bytes: 0, retries }
  if (outcome === 'failed' || outcome === 'foreign') {
    return { ...report, code: result.error.code, error: result.error.message }
  }
  if (outcome !== 'answered' && outcome !== 'duplicate') return report
  const { pid } = result.facts
  const process = { ...report, ...(!Number.isNaN(pid) && { pid }) }
  return outcome === 'duplicate' ? { ...process, same: result.same.name } : { ...process, bytes: result.files.size }
}
