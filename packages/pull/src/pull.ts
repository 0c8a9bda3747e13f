import {
  type Configuration,
  counted,
  createConditions,
  type Logger,
  lockDirectory,
  makeBaseDirectory,
  StatusFile,
  statusPath,
  wait,
} from '@haproxystats/core'
import type { ServiceManager } from '@haproxystats/core/program'
import type { Context } from './context.ts'
import { openCounters } from './counters/counters.ts'
import { pullSlot } from './pull-slot.ts'
import { prepareDirectories } from './queue/directories.ts'
import { QueueDirectory } from './queue/queue-directory.ts'
import { UsedSlots } from './schedule/slots.ts'
import { type Clock, systemClock, ticks } from './schedule/tick.ts'
import { Watchdog } from './schedule/watchdog.ts'
import { Duplicates } from './sources/duplicates.ts'
import { HangingWorkers } from './sources/hanging-workers.ts'
import { KnownSockets, socketsOfEarlierRuns } from './sources/known-sockets.ts'
import { Secrets } from './sources/secrets.ts'
import { SeveralProcesses } from './sources/several-processes.ts'
import { TypedAnswers } from './sources/typed-answers.ts'
import { PublishedLog } from './status/published-log.ts'
import { PullStatus, usedByEarlierRuns } from './status/pull-status.ts'
import { reportBehind, reportMissed, reportNoSource } from './status/reports.ts'

export const programName = 'haproxystats-pull'

/** Unfinished snapshots that are named in the log. */
const shownUnfinished = 10

interface Running {
  readonly log: Logger
  readonly signal: AbortSignal
  readonly clock?: Clock
  readonly service?: Pick<ServiceManager, 'ready'>
}

/**
 * haproxystats-pull: in every interval queries the sources and publishes their answers. Resolves when `signal` aborts.
 * Rejects with `CONFIGURATION` when the directories are unusable at the start, and with `QUEUE_BUSY` when another process of
 * this program uses them; later failures are logged, and retried in the next interval.
 */
export async function pull(configuration: Configuration, running: Running): Promise<void> {
  await withQueue(configuration, running, (context, used) => {
    const { options, clock, status } = context
    const watchdog = new Watchdog(options['pull-interval'], clock)
    running.service?.ready({ alive: () => watchdog.alive, status: () => status.sentence })
    return pullAtTicks(context, used, watchdog)
  })
}

/**
 * One snapshot of this second, whatever the interval. Resolves with 0 if it is complete and in the queue, with 1 if not;
 * rejects as `pull` does.
 */
export async function pullNow(configuration: Configuration, running: Running): Promise<number> {
  return withQueue(configuration, running, async (context, used) => {
    const slot = await unusedSecond(context, used)
    if (slot === undefined) return 1
    used.add(slot)
    context.status.begin({ slot, missed: 0 })
    const outcome = await pullSlot(context, slot, context.clock().wall / 1000)
    if (outcome !== undefined) context.status.end(outcome)
    return outcome === 'published' && !context.status.anyIncomplete ? 0 : 1
  })
}

/** Seconds that `--once` waits for a clock that is behind the newest snapshot. */
const mostSecondsBehind = 3

async function unusedSecond({ clock, log, signal }: Context, used: UsedSlots): Promise<number | undefined> {
  for (let attempt = 0; attempt <= mostSecondsBehind && !signal.aborted; attempt++) {
    const now = clock().wall / 1000
    if (Math.floor(now) > (used.newest ?? 0)) return Math.floor(now)
    await wait(Math.floor(now) + 1 - now, signal)
  }
  log.error({ newest: used.newest }, 'the clock is behind the newest snapshot: nothing is pulled')
  return undefined
}

/** Locks the queue directory and creates the context for the duration of `work`. */
async function withQueue<Result>(
  configuration: Configuration,
  { log, signal, clock = systemClock }: Running,
  work: (context: Context, used: UsedSlots) => Promise<Result>,
): Promise<Result> {
  const options = configuration.pull
  await makeBaseDirectory(configuration.paths['base-dir'])
  await prepareDirectories(options)
  const locks = (['dst-dir', 'tmp-dst-dir'] as const).map((option) =>
    lockDirectory(programName, options[option], option),
  )
  const conditions = createConditions(log)
  const queue = new QueueDirectory(options, conditions)
  const unfinished = await queue.removeUnfinished()
  if (unfinished.length > 0) {
    const fields = { count: unfinished.length, snapshots: unfinished.slice(0, shownUnfinished) }
    log.info(fields, `removed ${counted(unfinished.length, 'unfinished snapshot')} of an earlier run`)
  }
  const path = statusPath(configuration.paths['base-dir'], programName)
  const used = new UsedSlots(options['pull-interval'], await usedByEarlierRuns(path, clock().wall / 1000))
  const newest = (await queue.snapshots()).at(-1)
  if (newest !== undefined) used.add(Number(newest))
  const sockets = new KnownSockets(await socketsOfEarlierRuns(path), { staleAfter: options['stale-after'], clock })
  const status = new PullStatus(new StatusFile(path, { program: programName, log }), { used, sockets, clock })
  const context: Context = {
    options,
    log,
    signal,
    clock,
    conditions,
    publishedLog: new PublishedLog(log),
    status,
    queue,
    counters: await openCounters(configuration, log),
    secrets: new Secrets(options),
    typed: new TypedAnswers(log),
    versions: new Map(),
    sockets,
    duplicates: new Duplicates(),
    several: new SeveralProcesses(conditions),
    hanging: new HangingWorkers(),
  }
  try {
    return await work(context, used)
  } finally {
    await status.close()
    for (const lock of locks) lock.release()
  }
}

async function pullAtTicks(context: Context, used: UsedSlots, watchdog: Watchdog): Promise<void> {
  const { options, conditions, clock, signal, status } = context
  if (options['socket-dir'] === undefined && options.servers === undefined) reportNoSource(conditions, options, 0)
  const onBehind = (seconds: number, slot: number) => {
    reportBehind(conditions, seconds)
    status.behind(slot)
  }
  const onLook = () => watchdog.progress()
  for await (const tick of ticks(options['pull-interval'], { used, signal, clock, onBehind, onLook })) {
    conditions.end('clock', () => 'the clock has passed the newest snapshot, or is trusted: pulling again')
    reportMissed(conditions, tick.missed)
    status.begin(tick)
    const outcome = await pullSlot(context, tick.slot, tick.slot)
    if (outcome !== undefined) status.end(outcome)
  }
}
