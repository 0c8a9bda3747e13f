import { StatsError } from '@haproxystats/core'
import { AnswerHead, type AnswerSink, type QueryOptions, selectionFor } from '@haproxystats/haproxy'
import type { Pull } from '../context.ts'
import { CountedAnswer } from '../counters/counted-answer.ts'
import { placeOf, type Source, type SourceResult } from '../sources/source.ts'

/** Queries one process into `sink`. Resolves with the types of unknown columns, if they were queried. */
type Query = (sink: AnswerSink, options: QueryOptions, head: AnswerHead) => Promise<unknown>

/**
 * Reads one process into files of its own, which are removed again when it fails. Rejects with what is no fault of the
 * source, such as a full disk.
 *
 * @param counting whether its counters are needed beside the files.
 */
export async function readProcess(
  source: Source,
  pull: Pull,
  query: Query,
  counting = pull.counters.counting,
): Promise<SourceResult> {
  const begun = performance.now()
  let retries = 0
  const effort = () => ({ source, seconds: Math.round(performance.now() - begun) / 1000, retries })
  const files = pull.draft.answer(source.name)
  const head = new AnswerHead()
  const counted = counting ? new CountedAnswer() : undefined
  const write: AnswerSink['write'] = (part, bytes) => {
    head.push(part, bytes)
    counted?.add(part, bytes)
    return files.write(part, bytes)
  }
  try {
    const types = await query({ write }, await queryOptions(source, pull, () => retries++), head)
    if (Buffer.isBuffer(types)) await files.write('typed', types)
    const counters = counted?.counters(source.text)
    const facts = head.facts()
    if (facts.version !== undefined) pull.versions.set(placeOf(source), facts.version)
    return { ...effort(), outcome: 'answered', files, facts, ...(counters && { counters }) }
  } catch (error) {
    if (!(error instanceof StatsError) || error.code === 'SNAPSHOT_PUBLISH') throw error
    await files.remove()
    return { ...effort(), outcome: 'failed', error }
  } finally {
    counted?.free()
  }
}

/** Credentials are read only for a source that may require them. */
export async function queryOptions(source: Source, pull: Pull, onRetry?: () => void): Promise<QueryOptions> {
  const { options, deadline, secrets, versions, sockets, hanging } = pull
  const { address } = source
  const at = 'at' in address ? address.at : address
  const mayRequire = address.kind === 'http' || (at.kind === 'tcp' && at.tls)
  return {
    ...(mayRequire && secrets.current()),
    timeout: options.timeout,
    interval: options.interval,
    // A stale socket is tried once, so that it does not delay every snapshot.
    retries: sockets.isStale(source) ? 0 : options.retries,
    ...(onRetry && { onRetry }),
    limit: options['answer-limit'],
    selection: selectionFor(options['leave-out'] ?? [], versions.get(placeOf(source))),
    signal: deadline.signal,
    ...(source.worker && { keepUnanswered: (socket) => hanging.keep(source, socket) }),
  }
}
