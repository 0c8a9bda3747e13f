import { reasonOf, type StatsError } from '@haproxystats/core'
import { startDeadline } from '@haproxystats/haproxy'
import { askAll, type Outcome } from './ask-all.ts'
import type { Context } from './context.ts'
import { removeLeftovers } from './leftovers.ts'
import { SnapshotDraft } from './publish.ts'
import { isKnownStale, reportNoSource, reportOutcomes } from './reports.ts'
import type { Source } from './sources.ts'

/** A pull ends so long before the next begins, as a part of the interval and at most in seconds. */
const margin = { part: 0.1, seconds: 0.5 }

/**
 * Asks the sources, and publishes what they answered if it is complete; `queue` is how many snapshots wait already. With
 * `mayMiss` there may be sources beside these, so nothing is published. Throws `SNAPSHOT_PUBLISH`.
 */
export async function takeSnapshot(
  context: Context,
  slot: number,
  { sources, mayMiss, queue }: { sources: readonly Source[]; mayMiss: boolean; queue: number },
): Promise<void> {
  const { options, clock, changes, log, signal } = context
  const begun = clock().monotonic
  const draft = await SnapshotDraft.begin(String(slot), {
    queue: options['dst-dir'],
    temporary: options['tmp-dst-dir'],
    bufferLimit: options['buffer-limit'],
    workers: options.workers,
  })
  try {
    const outcomes = await askInTime(context, slot, sources, draft)
    if (signal.aborted) return
    reportOutcomes(changes, outcomes)
    const answers = outcomes.flatMap((outcome) => (outcome.outcome === 'answered' ? [outcome.files] : []))
    const failed = outcomes.some(({ outcome }) => outcome === 'failed')
    if (failed || answers.length > 0) changes.end('no source', () => 'there is something to read again')
    if (failed || mayMiss) {
      log.debug({ snapshot: slot }, `snapshot ${slot} is incomplete and not published`)
    } else if (answers.length === 0) {
      reportNoSource(changes, options, outcomes.length)
    } else {
      const bytes = await draft.publish(answers, signal)
      const seconds = Math.round(clock().monotonic - begun) / 1000
      changes.end('pull', (times) => `snapshots are published again, after ${times} that could not be`)
      log.info(
        { snapshot: slot, sources: answers.length, bytes, seconds, queue: queue + 1 },
        `snapshot ${slot}: ${answers.length} processes read, ${bytes} bytes in ${seconds} s, ${queue + 1} in the queue`,
      )
    }
  } finally {
    await discard(context, draft)
  }
}

const leftoverKey = 'leftover'

/** Never rejects, so that it does not hide why a snapshot was not published. */
async function discard({ changes }: Context, draft: SnapshotDraft): Promise<void> {
  try {
    await draft.discard()
  } catch (error) {
    const text = `${reasonOf(error)}; trying again before the next pull`
    changes.begin(leftoverKey, { level: 'error', kind: (error as StatsError).code, text })
  }
}

/** Removes what could not be removed after an earlier pull. */
export async function clearAway({ options, changes }: Context): Promise<void> {
  if (changes.kind(leftoverKey) === undefined) return
  await removeLeftovers(options['tmp-dst-dir'])
  changes.end(leftoverKey, () => 'all unfinished snapshots are removed')
}

/** Within `pull-timeout`, and in any case before the next tick. */
async function askInTime(
  { options, clock, changes, signal }: Context,
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
    return await askAll(sources, draft, options, {
      deadline,
      knownStale: (source) => isKnownStale(changes, source),
    })
  } finally {
    deadline.dispose()
  }
}
