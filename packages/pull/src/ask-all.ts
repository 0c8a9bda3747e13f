import { type Configuration, StatsError } from '@haproxystats/core'
import { AnswerHead, type AnswerSink, ask, type Deadline } from '@haproxystats/haproxy'
import type { AnswerFiles } from './answer-files.ts'
import type { SnapshotDraft } from './publish.ts'
import type { Source } from './sources.ts'
import type { TypedAnswers } from './typed-answers.ts'

/** What came of asking one source. `stale`: nobody listens on this socket of `socket-dir` any more. */
export type Outcome =
  | { readonly source: Source; readonly outcome: 'answered'; readonly files: AnswerFiles }
  | { readonly source: Source; readonly outcome: 'stale' }
  | { readonly source: Source; readonly outcome: 'failed'; readonly error: StatsError }

/**
 * Asks all sources at once and waits for all of them. Throws what is no fault of a source, such as a full disk, when none
 * of them is still going on. A socket that `knownStale` names is tried once, so that it does not delay every snapshot.
 */
export async function askAll(
  sources: readonly Source[],
  draft: SnapshotDraft,
  options: Configuration['pull'],
  { deadline, knownStale, typed }: { deadline: Deadline; knownStale: (source: Source) => boolean; typed: TypedAnswers },
): Promise<Outcome[]> {
  typed.keep(sources)
  const asking = sources.map(async (source): Promise<Outcome> => {
    const files = draft.answer(source.name)
    const { timeout, interval } = options
    const retries = knownStale(source) ? 0 : options.retries
    const limit = options['answer-limit']
    try {
      const asking = { connect: { timeout, retries, interval }, signal: deadline.signal }
      const head = new AnswerHead()
      await ask(source.text, source.address, observed(files, head), { ...asking, limit })
      const natures = await typed.of(source, head, asking)
      if (natures !== undefined) await files.write('typed', natures)
      return { source, outcome: 'answered', files }
    } catch (error) {
      if (!(error instanceof StatsError) || error.code === 'SNAPSHOT_PUBLISH') throw error
      return isStale(source, error) ? { source, outcome: 'stale' } : { source, outcome: 'failed', error }
    }
  })
  const results = await Promise.allSettled(asking)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

function observed(files: AnswerFiles, head: AnswerHead): AnswerSink {
  return {
    write: (part, bytes) => {
      head.push(part, bytes)
      return files.write(part, bytes)
    },
  }
}

function isStale(source: Source, error: StatsError): boolean {
  return source.discovered && error.code === 'SOURCE_CONNECT' && error.details['errno'] === 'ECONNREFUSED'
}
