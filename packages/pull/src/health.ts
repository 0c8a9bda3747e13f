import { readdirSync } from 'node:fs'
import { counted, reasonOf, snapshotNames } from '@haproxystats/core'
import {
  ageOf,
  counterData,
  type HealthCheck,
  type HealthContext,
  HealthError,
  type HealthResult,
  numberIn,
  objectIn,
  readPath,
  readRunningStatus,
  readWholeNumber,
  stateOf,
  type Thresholds,
} from '@haproxystats/core/health'

/** The checks of `haproxystats-pull --health`. They load nothing else of the program, so that they start fast. */
export const health: readonly HealthCheck[] = [
  {
    name: 'status',
    title: 'PULL',
    summary:
      'age of the newest snapshot in seconds, WARNING above 3 times pull-interval (at least 30), CRITICAL above 6 times (at least 60); WARNING too when a source does not answer, CRITICAL when no source does or the program is not running',
    defaults: (context) => {
      const interval = Math.max(10, readWholeNumber(context, 'pull', 'pull-interval'))
      return { warning: 3 * interval, critical: 6 * interval }
    },
    check: checkStatus,
  },
  {
    name: 'queue',
    title: 'QUEUE',
    summary: 'number of snapshots in dst-dir of [pull], WARNING above 60, CRITICAL above 120',
    defaults: () => ({ warning: 60, critical: 120 }),
    check: checkQueue,
  },
]

function checkStatus(context: HealthContext, thresholds: Thresholds): HealthResult {
  const { path, pid, fields } = readRunningStatus(context, 'haproxystats-pull')
  const published = numberIn(fields['lastPublished'])
  // The first snapshot may still be to come.
  const age = published === undefined ? ageOf(fields['start'], context.now) : Math.max(0, context.now - published)
  if (age === undefined) throw new HealthError(`${path} has no start`)
  const newest =
    published === undefined ? `no snapshot in the ${age} s since the start` : `newest snapshot is ${age} s old`

  const sources = sourcesOf(fields['sources'])
  const failed = sources.filter(({ state }) => state === 'failed').map(({ name }) => name)
  const answered = sources.filter(({ state }) => state === 'answered').length
  const complete = numberIn(fields['lastComplete'])
  const sinceComplete = complete === undefined ? '' : `; newest complete snapshot is ${context.now - complete} s old`
  const failures = failed.length === 0 ? '' : `; no answer from ${failed.join(', ')}${sinceComplete}`
  const byAge = stateOf(age, thresholds)
  return {
    state: failed.length === 0 || byAge === 'CRITICAL' ? byAge : answered === 0 ? 'CRITICAL' : 'WARNING',
    text: `process ${pid}: ${newest}${failures}`,
    data: [
      `age=${age}s;${thresholds.warning};${thresholds.critical};0`,
      `sources=${answered};;;0`,
      `queue=${numberIn(fields['queueSize']) ?? 0};;;0`,
      ...counterData(fields, ['published', 'incomplete', 'failed', 'dropped']),
      ...counterData(objectIn(fields['skipped']), ['queue-full', 'no-source', 'missed']),
    ],
  }
}

function sourcesOf(list: unknown): { name: string; state: string }[] {
  const sources: readonly unknown[] = Array.isArray(list) ? list : []
  return sources.map((source) => {
    const { name, state } = objectIn(source)
    return { name: String(name), state: String(state) }
  })
}

/** Counts the snapshots themselves, so it also works while neither program runs. */
function checkQueue(context: HealthContext, thresholds: Thresholds): HealthResult {
  const queue = readPath(context, 'pull', 'dst-dir')
  const count = countSnapshots(queue)
  return {
    state: stateOf(count, thresholds),
    text: `${counted(count, 'snapshot')} in ${queue}`,
    data: [`queue=${count};${thresholds.warning};${thresholds.critical};0`],
  }
}

function countSnapshots(queue: string): number {
  try {
    const directories = readdirSync(queue, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return snapshotNames(directories.map(({ name }) => name)).length
  } catch (error) {
    throw new HealthError(`the queue ${queue} cannot be read: ${reasonOf(error)}`)
  }
}
