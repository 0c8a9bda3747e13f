import { reasonOf, type SourceReport, StatsError } from '@haproxystats/core'
import { startDeadline } from '@haproxystats/haproxy'
import type { Context } from './context.ts'
import { querySources } from './query/query-sources.ts'
import { prepareDirectories } from './queue/directories.ts'
import { reportOn, type SourceResult } from './sources/source.ts'
import { listSources, type SourceList } from './sources/source-list.ts'
import type { PullOutcome } from './status/pull-status.ts'
import { reportGone, reportNoSource, reportResults, reportSocketDirectory } from './status/reports.ts'
import { SnapshotDraft } from './write/publish.ts'

/** A pull ends so long before the next begins, as a fraction of the interval and at most in seconds. */
const margin = { part: 0.1, seconds: 0.5 }

/**
 * Pulls the snapshot of one slot, and reports failures of the system, such as a full disk. Undefined when the program was
 * stopped before anything was published.
 *
 * @param begins when the interval begins, in seconds since the epoch: all sources are read before it is over.
 */
export async function pullSlot(context: Context, slot: number, begins: number): Promise<PullOutcome | undefined> {
  const { conditions, signal, status } = context
  try {
    return await pullOnce(context, slot, begins)
  } catch (error) {
    if (signal.aborted) return status.lastPublished === slot ? 'published' : undefined
    const { code, errno } = error as NodeJS.ErrnoException
    if (!(error instanceof StatsError) && errno === undefined) throw error
    const kind = `${code} ${error instanceof StatsError ? error.details['errno'] : ''}`
    conditions.begin('pull', { level: 'error', kind, text: `${reasonOf(error)}; trying again at the next pull` })
    return status.lastPublished === slot ? 'published' : 'failed'
  }
}

async function pullOnce(context: Context, slot: number, begins: number): Promise<PullOutcome> {
  const { options, conditions, log, queue, status } = context
  await prepareDirectories(options)
  await queue.retryRemoval()
  const queued = await queue.snapshots()
  status.queued(queued)
  if (queue.isSuspended(queued.length)) return 'queue-full'
  if (await queue.isTaken(String(slot))) {
    log.warn({ snapshot: slot }, `snapshot ${slot} is in the queue already; this pull is skipped`)
    return 'taken'
  }
  const { sources, unreadable: error } = await listSources(options)
  reportSocketDirectory(conditions, error, options)
  const unreadable = mayHideSockets(error) ? error : undefined
  if (unreadable === undefined) reportGone(conditions, sources)
  context.sockets.keep(sources, unreadable !== undefined)
  if (sources.length > 0 || unreadable !== undefined) {
    return takeSnapshot(context, { slot, begins, sources, ...(unreadable && { unreadable }) })
  }
  if (error === undefined) reportNoSource(conditions, options, 0)
  return 'no-source'
}

/** A missing directory has no sockets; one that cannot be read may have some. */
function mayHideSockets(error: NodeJS.ErrnoException | undefined): boolean {
  return error !== undefined && error.code !== 'ENOENT' && error.code !== 'ENOTDIR'
}

/** The sources of one snapshot; it is incomplete when `socket-dir` is unreadable. */
interface Order extends SourceList {
  readonly slot: number
  readonly begins: number
}

/**
 * Reads the sources and publishes their answers. What is missing, and why, is in the manifest, so that every output can
 * decide what to do with an incomplete snapshot. When no source answered although one should, the snapshot has only the
 * manifest. Throws `SNAPSHOT_PUBLISH`.
 */
async function takeSnapshot(context: Context, order: Order): Promise<PullOutcome> {
  const { options, clock, conditions, signal, status, queue } = context
  const { slot } = order
  const begun = clock().monotonic
  const secondsSince = () => Math.round(clock().monotonic - begun) / 1000
  const draft = await SnapshotDraft.begin(String(slot), options)
  let found = { answered: 0, failed: 0 }
  try {
    const results = await queryInTime(context, order, draft)
    signal.throwIfAborted()
    const seconds = secondsSince()
    reportResults(conditions, results, options)
    context.several.look(results)
    const sources = [...results.map(reportOn), ...unreadDirectory(order, options)]
    status.answered(sources)
    const answers = results.flatMap((result) => (result.outcome === 'answered' ? [result.files] : []))
    const additions = await context.counters.write(draft, results, slot)
    found = { answered: answers.length, failed: sources.filter(({ result }) => result === 'failed').length }
    if (found.answered + found.failed === 0) {
      reportNoSource(conditions, options, results.length)
      return 'no-source'
    }
    conditions.end('no source', () => 'there is a source to read again')
    if (options['queue-full'] === 'drop-oldest') for (const name of await queue.dropOldest()) status.dropped(name)
    const leftOut = options['leave-out']
    const { counters } = options
    const report = { seconds, complete: found.failed === 0, counters, ...(leftOut && { leftOut }), sources }
    const bytes = await draft.publish([...answers, ...additions], { signal, report })
    conditions.end('pull', (times) => `snapshots are published again, after ${times} that could not be`)
    context.publishedLog.add({ slot, ...found, bytes, seconds: secondsSince(), queue: status.queueSize + 1 })
    return 'published'
  } finally {
    if (draft.published) status.published(slot, found)
    // Not to hide why a snapshot was not published.
    await draft.discard().catch((error) => queue.keepUnfinished(error))
  }
}

/** A `socket-dir` that cannot be read stands for the sources that may be in it. */
function unreadDirectory({ unreadable }: Order, options: Context['options']): SourceReport[] {
  const directory = options['socket-dir']
  if (unreadable === undefined || directory === undefined) return []
  const error = `socket-dir ${directory} cannot be read: ${reasonOf(unreadable)}`
  const effort = { seconds: 0, bytes: 0, retries: 0 }
  return [{ name: 'socket-dir', source: directory, result: 'failed', ...effort, code: 'SOURCE_CONNECT', error }]
}

/** Within `pull-timeout`, which counts only the sources' own time, and in any case before the interval is over. */
async function queryInTime(context: Context, order: Order, draft: SnapshotDraft): Promise<SourceResult[]> {
  const { options, clock, signal } = context
  const interval = options['pull-interval']
  const left = order.begins + interval - clock().wall / 1000 - Math.min(interval * margin.part, margin.seconds)
  const limit = options['pull-timeout'] === 0 ? Number.POSITIVE_INFINITY : options['pull-timeout']
  const most = Math.max(0.001, Math.min(left, interval))
  const deadline = startDeadline(Math.round(Math.min(limit, most) * 1000) / 1000, signal, most)
  try {
    return await querySources(order.sources, { ...context, draft, deadline })
  } finally {
    deadline.dispose()
  }
}
