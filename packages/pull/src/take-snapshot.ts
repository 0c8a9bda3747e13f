import { reasonOf, type SourceReport } from '@haproxystats/core'
import { startDeadline } from '@haproxystats/haproxy'
import { askAll } from './query/ask-all.ts'
import { type Outcome, reportOf } from './query/ask-source.ts'
import type { Context } from './query/context.ts'
import { reportLeftover } from './queue/leftovers.ts'
import { makeRoom } from './queue/make-room.ts'
import type { Source } from './sources/sources.ts'
import type { TickOutcome } from './status/pull-status.ts'
import { reportNoSource, reportOutcomes } from './status/reports.ts'
import { SnapshotDraft } from './write/publish.ts'

/** A pull ends so long before the next begins, as a part of the interval and at most in seconds. */
const margin = { part: 0.1, seconds: 0.5 }

/** What a snapshot is to be made of. */
export interface Pulling {
  readonly sources: readonly Source[]
  /** Why there may be sources beside these; then the snapshot is not complete. */
  readonly unreadable?: NodeJS.ErrnoException
  /** When the interval of this pull began, in seconds since the epoch: all is asked before it is over. */
  readonly begins: number
}

/**
 * Asks the sources, and publishes what they answered; what is missing, and why, is in the manifest, so that every output can
 * decide what an incomplete snapshot is worth. When nobody answered although somebody should, the manifest is all there is
 * in it. Throws `SNAPSHOT_PUBLISH`.
 */
export async function takeSnapshot(context: Context, slot: number, pulling: Pulling): Promise<TickOutcome> {
  const { options, clock, changes, signal, status } = context
  const begun = clock().monotonic
  const draft = await SnapshotDraft.begin(String(slot), {
    queue: options['dst-dir'],
    temporary: options['tmp-dst-dir'],
    bufferLimit: options['buffer-limit'],
    workers: options.workers,
    fsync: options.fsync,
  })
  let found = { answered: 0, failed: 0 }
  try {
    const outcomes = await askInTime(context, pulling, draft)
    signal.throwIfAborted()
    const seconds = Math.round(clock().monotonic - begun) / 1000
    reportOutcomes(changes, outcomes, options)
    context.several.look(outcomes)
    const unread = unreadDirectory(pulling, options)
    status.answered(outcomes, unread)
    const answers = outcomes.flatMap((outcome) => (outcome.outcome === 'answered' ? [outcome.files] : []))
    const additions = await context.carried.write(draft, outcomes, slot)
    const sources = [...outcomes.map(reportOf), ...unread]
    found = { answered: answers.length, failed: sources.filter(({ result }) => result === 'failed').length }
    if (found.answered + found.failed === 0) {
      reportNoSource(changes, options, outcomes.length)
      return 'no-source'
    }
    changes.end('no source', () => 'there is something to read again')
    if (options['queue-full'] === 'drop-oldest') await makeRoom(context)
    const leftOut = options['leave-out']
    const { counters } = options
    const report = { seconds, complete: found.failed === 0, counters, ...(leftOut && { leftOut }), sources }
    const bytes = await draft.publish([...answers, ...additions], { signal, report })
    reportPublished(context, { slot, begun, ...found, bytes })
    return 'published'
  } finally {
    if (draft.published) status.published(slot, found)
    // Not to hide why a snapshot was not published.
    await draft.discard().catch((error) => reportLeftover(changes, error))
  }
}

/** A `socket-dir` that cannot be read stands for the sources that may be in it. */
function unreadDirectory({ unreadable }: Pulling, options: Context['options']): SourceReport[] {
  const directory = options['socket-dir']
  if (unreadable === undefined || directory === undefined) return []
  const error = `socket-dir ${directory} cannot be read: ${reasonOf(unreadable)}`
  const effort = { seconds: 0, bytes: 0, retries: 0 }
  return [{ name: 'socket-dir', source: directory, result: 'failed', ...effort, code: 'SOURCE_CONNECT', error }]
}

function reportPublished(
  { changes, clock, publishedLog, status }: Context,
  { slot, begun, ...published }: Readonly<Record<'slot' | 'begun' | 'answered' | 'failed' | 'bytes', number>>,
): void {
  const seconds = Math.round(clock().monotonic - begun) / 1000
  changes.end('pull', (times) => `snapshots are published again, after ${times} that could not be`)
  publishedLog.tell({ slot, ...published, seconds, queue: status.queueSize + 1 })
}

/** Within `pull-timeout`, in which only the sources' own time counts, and in any case before the interval is over. */
async function askInTime(context: Context, { sources, begins }: Pulling, draft: SnapshotDraft): Promise<Outcome[]> {
  const { options, carried, clock, signal, typed, secrets, versions, duplicates, sockets, hanging } = context
  const interval = options['pull-interval']
  const left = begins + interval - clock().wall / 1000 - Math.min(interval * margin.part, margin.seconds)
  const limit = options['pull-timeout'] === 0 ? Number.POSITIVE_INFINITY : options['pull-timeout']
  const most = Math.max(0.001, Math.min(left, interval))
  const deadline = startDeadline(Math.round(Math.min(limit, most) * 1000) / 1000, signal, most)
  try {
    const known = { typed, secrets, versions, duplicates, sockets, hanging }
    return await askAll(sources, { draft, options, deadline, counting: carried.counting, ...known })
  } finally {
    deadline.dispose()
  }
}
