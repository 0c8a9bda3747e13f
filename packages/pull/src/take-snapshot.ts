import { startDeadline } from '@haproxystats/haproxy'
import { askAll } from './ask-all.ts'
import { type Outcome, reportOf } from './ask-source.ts'
import type { Context } from './context.ts'
import { reportLeftover } from './leftovers.ts'
import { makeRoom } from './make-room.ts'
import { SnapshotDraft } from './publish.ts'
import type { TickOutcome } from './pull-status.ts'
import { isKnownStale, reportNoSource, reportOutcomes } from './reports.ts'
import type { Source } from './sources.ts'

/** A pull ends so long before the next begins, as a part of the interval and at most in seconds. */
const margin = { part: 0.1, seconds: 0.5 }

/**
 * Asks the sources, and publishes what they answered if it is complete, or if it need not be. With `mayMiss` there may be
 * sources beside these, so it is not complete. Throws `SNAPSHOT_PUBLISH`.
 */
export async function takeSnapshot(
  context: Context,
  slot: number,
  { sources, mayMiss }: { sources: readonly Source[]; mayMiss: boolean },
): Promise<TickOutcome> {
  const { options, clock, changes, log, signal, status } = context
  const begun = clock().monotonic
  const draft = await SnapshotDraft.begin(String(slot), {
    queue: options['dst-dir'],
    temporary: options['tmp-dst-dir'],
    bufferLimit: options['buffer-limit'],
    workers: options.workers,
    fsync: options.fsync,
  })
  try {
    const outcomes = await askInTime(context, slot, sources, draft)
    signal.throwIfAborted()
    const seconds = Math.round(clock().monotonic - begun) / 1000
    reportOutcomes(changes, outcomes, options)
    context.several.look(outcomes)
    status.answered(outcomes)
    const answers = outcomes.flatMap((outcome) => (outcome.outcome === 'answered' ? [outcome.files] : []))
    const carried = await context.carried.write(draft, outcomes, slot)
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed').length
    const complete = failed === 0 && !mayMiss
    if (!complete || answers.length > 0) changes.end('no source', () => 'there is something to read again')
    if (!complete && (options['on-failure'] === 'discard' || answers.length === 0)) {
      log.debug({ snapshot: slot }, `snapshot ${slot} is incomplete and not published`)
      return 'incomplete'
    }
    if (answers.length === 0) {
      reportNoSource(changes, options, outcomes.length)
      return 'no-source'
    }
    if (options['queue-full'] === 'drop-oldest') await makeRoom(context)
    const leftOut = options['leave-out']
    const report = { seconds, complete, ...(leftOut && { leftOut }), sources: outcomes.map(reportOf) }
    const bytes = await draft.publish([...answers, ...(carried ? [carried] : [])], { signal, report })
    reportPublished(context, { slot, begun, answers: answers.length, failed, bytes })
    if (!complete) status.partial()
    return 'published'
  } finally {
    if (draft.published) status.published(slot)
    // Not to hide why a snapshot was not published.
    await draft.discard().catch((error) => reportLeftover(changes, error))
  }
}

function reportPublished(
  { changes, clock, publishedLog, status }: Context,
  { slot, begun, answers, failed, bytes }: Readonly<Record<'slot' | 'begun' | 'answers' | 'failed' | 'bytes', number>>,
): void {
  const seconds = Math.round(clock().monotonic - begun) / 1000
  changes.end('pull', (times) => `snapshots are published again, after ${times} that could not be`)
  publishedLog.tell({ slot, answered: answers, failed, bytes, seconds, queue: status.queueSize + 1 })
}

/** Within `pull-timeout`, and in any case before the next tick. */
async function askInTime(
  { options, clock, changes, signal, typed, secrets, versions }: Context,
  slot: number,
  sources: readonly Source[],
  draft: SnapshotDraft,
): Promise<Outcome[]> {
  const interval = options['pull-interval']
  const left = slot + interval - clock().wall / 1000 - Math.min(interval * margin.part, margin.seconds)
  const limit = options['pull-timeout'] === 0 ? Number.POSITIVE_INFINITY : options['pull-timeout']
  const seconds = Math.max(0.001, Math.min(limit, left, interval))
  const deadline = startDeadline(Math.round(seconds * 1000) / 1000, signal)
  try {
    const knownStale = (source: Source) => isKnownStale(changes, source)
    const counting = options.counters === 'monotonic'
    return await askAll(sources, { draft, options, deadline, typed, secrets, versions, counting, knownStale })
  } finally {
    deadline.dispose()
  }
}
