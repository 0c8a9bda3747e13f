import { type Configuration, type MasterAddress, type SourceReport, StatsError } from '@haproxystats/core'
import {
  AnswerHead,
  type AnswerSink,
  type AskOptions,
  ask,
  askPage,
  type Deadline,
  type HeadFacts,
  type ProcessCounters,
  selectionOf,
} from '@haproxystats/haproxy'
import { CountedAnswer } from '../counters/counted-answer.ts'
import type { Duplicates } from '../sources/duplicates.ts'
import type { HangingWorkers } from '../sources/hanging-workers.ts'
import type { KnownSockets } from '../sources/known-sockets.ts'
import type { Credentials, Secrets } from '../sources/secrets.ts'
import type { Source } from '../sources/sources.ts'
import type { AnswerFiles } from '../write/answer-files.ts'
import type { SnapshotDraft } from '../write/publish.ts'
import { askMaster } from './ask-master.ts'
import type { TypedAnswers } from './typed-answers.ts'

/** What it took to read a source. */
export interface Effort {
  readonly source: Source
  readonly seconds: number
  /** Attempts to connect beyond the first. */
  readonly retries: number
}

/**
 * What came of asking one source. `stale`: nobody listens on this socket of `socket-dir`; with `after`, a process answered
 * there before, and nobody has listened for more than so many seconds. `gone`: a worker that ended before it was read, or
 * while it was, or that has no row to tell before it ends. `duplicate`: it is the process that was read at another source, `same`. `foreign`: this socket of
 * `socket-dir` answers, but is no stats socket.
 */
export type Outcome = Effort &
  (
    | {
        readonly outcome: 'answered'
        readonly files: AnswerFiles
        readonly facts: HeadFacts
        /** When counters are carried over, and of workers that may tell some of another's. */
        readonly counters?: ProcessCounters
        /** Other places at which this process was met (`placeOf`). */
        readonly alsoAt?: ReadonlySet<string>
      }
    | { readonly outcome: 'duplicate'; readonly facts: HeadFacts; readonly same: Source }
    | { readonly outcome: 'stale'; readonly after?: number }
    | { readonly outcome: 'gone' }
    | { readonly outcome: 'foreign'; readonly error: StatsError }
    | { readonly outcome: 'failed'; readonly error: StatsError }
  )

/** What is told of it in the snapshot. */
export function reportOf(outcome: Outcome): SourceReport {
  const { source, seconds, retries, outcome: result } = outcome
  const effort = { name: source.name, source: source.text, result, seconds, bytes: 0, retries }
  if (outcome.outcome === 'failed' || outcome.outcome === 'foreign')
    return { ...effort, code: outcome.error.code, error: outcome.error.message }
  if (outcome.outcome !== 'answered' && outcome.outcome !== 'duplicate') return effort
  const { pid } = outcome.facts
  const process = { ...effort, ...(!Number.isNaN(pid) && { pid }) }
  if (outcome.outcome === 'duplicate') return { ...process, same: outcome.same.name }
  return { ...process, bytes: outcome.files.size }
}

/** What asking needs beside the source. */
export interface Asking {
  readonly draft: SnapshotDraft
  readonly options: Configuration['pull']
  readonly deadline: Deadline
  readonly typed: TypedAnswers
  readonly secrets: Secrets
  /** The releases of sources, as far as they are known. */
  readonly versions: Map<string, string>
  /** Whether counters are wanted beside the answer. */
  readonly counting: boolean
  /** Which sources are one process. */
  readonly duplicates: Duplicates
  readonly sockets: KnownSockets
  readonly hanging: HangingWorkers
}

/**
 * One source may be many processes. A socket that is no stats socket is not asked twice: for a frontend it would be a bad
 * request in every pull. Rejects with what is no fault of the source, such as a full disk.
 */
export async function askSource(source: Source, asking: Asking): Promise<Outcome[]> {
  const { address } = source
  const foreign = asking.sockets.foreign(source)
  if (foreign !== undefined) return [{ source, seconds: 0, retries: 0, outcome: 'foreign', error: foreign }]
  if (address.kind === 'master') return askMaster({ ...source, address }, asking)
  return [await reading(source, asking, (sink, options) => answerOf(source, address, { sink, options, asking }))]
}

/** How one process is asked. Only a stats socket can be asked for more than the answer. */
type Ask = (sink: AnswerSink & { head: AnswerHead }, options: AskOptions & Credentials) => Promise<unknown>

async function answerOf(
  source: Source,
  address: Exclude<Source['address'], MasterAddress>,
  { sink, options, asking }: { sink: Parameters<Ask>[0]; options: Parameters<Ask>[1]; asking: Asking },
): Promise<Buffer | undefined> {
  if (address.kind === 'http') {
    await askPage(source.text, address, sink, options)
    return undefined
  }
  await ask(source.text, address, sink, options)
  return asking.typed.of(source, sink.head, options)
}

/**
 * Reads one process into files of its own. Of one that failed there is nothing left in the snapshot. `ask` gives what HAProxy
 * says of its fields, if anything.
 */
export async function reading(source: Source, asking: Asking, ask: Ask): Promise<Outcome> {
  const begun = performance.now()
  let retries = 0
  const effort = () => ({ source, seconds: Math.round(performance.now() - begun) / 1000, retries })
  const files = asking.draft.answer(source.name)
  const head = new AnswerHead()
  const counted = asking.counting ? new CountedAnswer() : undefined
  const write: AnswerSink['write'] = (part, bytes) => {
    head.push(part, bytes)
    counted?.add(part, bytes)
    return files.write(part, bytes)
  }
  try {
    const natures = await ask({ write, head }, await askOptions(source, asking, () => retries++))
    if (Buffer.isBuffer(natures)) await files.write('typed', natures)
    const counters = counted?.counters(source.text)
    const facts = head.facts()
    if (facts.version !== undefined) asking.versions.set(placeOf(source), facts.version)
    return { ...effort(), outcome: 'answered', files, facts, ...(counters && { counters }) }
  } catch (error) {
    if (!(error instanceof StatsError) || error.code === 'SNAPSHOT_PUBLISH') throw error
    await files.remove()
    return { ...effort(), outcome: 'failed', error }
  } finally {
    counted?.free()
  }
}

/** What is known of us is read only where somebody may ask. */
export async function askOptions(
  source: Source,
  { options, deadline, secrets, versions, sockets, hanging }: Asking,
  onRetry: () => void,
): Promise<AskOptions & Credentials> {
  const { address } = source
  const at = 'at' in address ? address.at : address
  const asked = address.kind === 'http' || (at.kind === 'tcp' && at.tls)
  const credentials = asked ? await secrets.current() : { tls: { insecure: false } }
  const { timeout, interval } = options
  const retries = sockets.isStale(source) ? 0 : options.retries
  return {
    ...credentials,
    connect: { timeout, retries, interval, tls: credentials.tls, onRetry },
    limit: options['answer-limit'],
    selection: selectionOf(options['leave-out'] ?? [], versions.get(placeOf(source))),
    signal: deadline.signal,
    ...(source.worker && { keep: (socket) => hanging.keep(source, socket) }),
  }
}

/** The address a source was found at: that of its master, if it has one. */
export function placeOf({ worker, text }: Source): string {
  return worker?.master ?? text
}
