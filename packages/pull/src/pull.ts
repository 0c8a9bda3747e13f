import {
  type Configuration,
  counted,
  type Logger,
  lockDirectory,
  makeBaseDirectory,
  reasonOf,
  StatsError,
  StatusFile,
  statusPath,
  wait,
} from '@haproxystats/core'
import type { ServiceManager } from '@haproxystats/core/program'
import { openCounters } from './counters/counters.ts'
import type { Context } from './query/context.ts'
import { TypedAnswers } from './query/typed-answers.ts'
import { prepareDirectories } from './queue/directories.ts'
import { clearAway, removeLeftovers } from './queue/leftovers.ts'
import { isTaken, notEmptied, queuedSnapshots } from './queue/queue-directory.ts'
import { type Clock, systemClock, type Tick, ticks } from './schedule/tick.ts'
import { UsedSlots } from './schedule/used-slots.ts'
import { Liveness } from './schedule/watchdog.ts'
import { Duplicates } from './sources/duplicates.ts'
import { HangingWorkers } from './sources/hanging-workers.ts'
import { KnownSockets, socketsOfEarlierRuns } from './sources/known-sockets.ts'
import { Secrets } from './sources/secrets.ts'
import { SeveralProcesses } from './sources/several-processes.ts'
import { listSources } from './sources/sources.ts'
import { type Changes, createChanges } from './status/changes.ts'
import { PublishedLog } from './status/published-log.ts'
import { PullStatus, type TickOutcome, usedByEarlierRuns } from './status/pull-status.ts'
import { reportGone, reportNoSource, reportSocketDirectory } from './status/reports.ts'
import { takeSnapshot } from './take-snapshot.ts'

export const programName = 'haproxystats-pull'

/** So many unfinished snapshots are named in the log. */
const shownLeftovers = 10

interface Running {
  readonly log: Logger
  readonly signal: AbortSignal
  readonly clock?: Clock
  readonly service?: Pick<ServiceManager, 'ready'>
}

/**
 * haproxystats-pull: at every tick, room in the queue? → ask every source → write, sync, rename. Resolves when `signal`
 * aborts. Rejects with `CONFIGURATION` when the directories will not do at the start, and with `QUEUE_BUSY` when another
 * process of this program uses them; whatever fails later is logged and tried again at the next tick.
 */
export async function pull(configuration: Configuration, running: Running): Promise<void> {
  await withQueue(configuration, running, (context, used) => {
    const { options, clock, status } = context
    const liveness = new Liveness(options['pull-interval'], clock)
    running.service?.ready({ alive: () => liveness.alive, status: () => status.sentence })
    return pullAtTicks(context, used, liveness)
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
    const outcome = await pullSafely(context, slot, context.clock().wall / 1000)
    if (outcome !== undefined) context.status.end(outcome)
    return outcome === 'published' && !context.status.anyIncomplete ? 0 : 1
  })
}

/** So many seconds a clock that is behind the newest snapshot is waited for, by `--once`. */
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

/** Holds the queue, and everything a pull needs, for as long as `work` takes. */
async function withQueue<Result>(
  configuration: Configuration,
  { log, signal, clock = systemClock }: Running,
  work: (context: Context, used: UsedSlots) => Promise<Result>,
): Promise<Result> {
  const options = configuration.pull
  await makeBaseDirectory(configuration.paths['base-dir'])
  await prepareDirectories(options)
  const locks = []
  for (const option of ['dst-dir', 'tmp-dst-dir'] as const) {
    locks.push(lockDirectory(programName, options[option], option))
  }
  const leftovers = await removeLeftovers(options['tmp-dst-dir'])
  if (leftovers.length > 0) {
    const fields = { count: leftovers.length, snapshots: leftovers.slice(0, shownLeftovers) }
    log.info(fields, `removed ${counted(leftovers.length, 'unfinished snapshot')} of an earlier run`)
  }
  const path = statusPath(configuration.paths['base-dir'], programName)
  const used = await usedSlots(options, path, clock)
  const sockets = new KnownSockets(await socketsOfEarlierRuns(path), { staleAfter: options['stale-after'], clock })
  const status = new PullStatus(new StatusFile(path, { program: programName, log }), { used, sockets, clock })
  const changes = createChanges(log)
  const carried = await openCounters(configuration, log)
  const context: Context = {
    ...{ options, log, signal, clock, changes, status, sockets, carried },
    ...sourceContext(options, changes, log),
  }
  try {
    return await work(context, used)
  } finally {
    await status.close()
    for (const lock of locks) lock.release()
  }
}

/** What is learnt of sources from one pull to the next. */
function sourceContext(options: Configuration['pull'], changes: Changes, log: Logger) {
  return {
    typed: new TypedAnswers(log),
    secrets: new Secrets(options),
    several: new SeveralProcesses(changes),
    duplicates: new Duplicates(),
    hanging: new HangingWorkers(),
    publishedLog: new PublishedLog(log),
    versions: new Map<string, string>(),
  }
}

/** What earlier runs published, by the status file they left and by what waits in the queue. */
async function usedSlots(options: Configuration['pull'], path: string, clock: Clock): Promise<UsedSlots> {
  const used = new UsedSlots(options['pull-interval'], await usedByEarlierRuns(path, clock().wall / 1000))
  const newest = (await queuedSnapshots(options['dst-dir'])).at(-1)
  if (newest !== undefined) used.add(Number(newest))
  return used
}

async function pullAtTicks(context: Context, used: UsedSlots, liveness: Liveness): Promise<void> {
  const { options, changes, clock, signal, status } = context
  if (options['socket-dir'] === undefined && options.servers === undefined) reportNoSource(changes, options, 0)
  const onBehind = (seconds: number, slot: number) => {
    reportBehind(changes, seconds)
    status.behind(slot)
  }
  const onLook = () => liveness.goesOn()
  for await (const tick of ticks(options['pull-interval'], { used, signal, clock, onBehind, onLook })) {
    changes.end('clock', () => 'the clock has passed the newest snapshot, or is believed: pulling again')
    reportMissed(changes, tick)
    status.begin(tick)
    const outcome = await pullSafely(context, tick.slot, tick.slot)
    if (outcome !== undefined) status.end(outcome)
  }
}

/**
 * What came of it; undefined when the program was told to stop meanwhile. The interval of this pull `begins` at this time, in
 * seconds since the epoch: with its slot, unless a person asks for a snapshot within a second.
 */
async function pullSafely(context: Context, slot: number, begins: number): Promise<TickOutcome | undefined> {
  const { changes, signal, status } = context
  try {
    return await pullOnce(context, slot, begins)
  } catch (error) {
    if (signal.aborted) return status.lastPublished === slot ? 'published' : undefined
    const { code, errno } = error as NodeJS.ErrnoException
    if (!(error instanceof StatsError) && errno === undefined) throw error
    const kind = `${code} ${error instanceof StatsError ? error.details['errno'] : ''}`
    changes.begin('pull', { level: 'error', kind, text: `${reasonOf(error)}; trying again at the next pull` })
    return status.lastPublished === slot ? 'published' : 'failed'
  }
}

async function pullOnce(context: Context, slot: number, begins: number): Promise<TickOutcome> {
  const { options, changes, log } = context
  await prepareDirectories(options)
  await clearAway(context)
  if (!(await mayPull(context))) return 'queue-full'
  if (await isTaken(options['dst-dir'], String(slot))) {
    log.warn({ snapshot: slot }, `snapshot ${slot} is in the queue already; this pull is skipped`)
    return 'taken'
  }
  const list = await listSources(options)
  reportSocketDirectory(changes, list, options)
  const unreadable = isUncertain(list.unreadable) ? list.unreadable : undefined
  if (unreadable === undefined) reportGone(changes, list.sources)
  context.sockets.keep(list.sources, unreadable !== undefined)
  if (list.sources.length > 0 || unreadable !== undefined) {
    return takeSnapshot(context, slot, { sources: list.sources, ...(unreadable && { unreadable }), begins })
  }
  if (list.unreadable === undefined) reportNoSource(changes, options, 0)
  return 'no-source'
}

/** Without a directory there are no sockets; one that is there but cannot be read may hide some. */
function isUncertain(error: NodeJS.ErrnoException | undefined): boolean {
  return error !== undefined && error.code !== 'ENOENT' && error.code !== 'ENOTDIR'
}

/** Whether there is room in the queue, or the oldest in it is to make room; says so when that changes. */
async function mayPull({ options, changes, status }: Context): Promise<boolean> {
  const directory = options['dst-dir']
  const size = options['queue-size']
  const snapshots = await queuedSnapshots(directory)
  status.queued(snapshots)
  const queue = snapshots.length
  if (queue < size) {
    const dropping = changes.kind('queue') === 'dropping'
    const text = (times: number) =>
      dropping
        ? `there is room in the queue ${directory} again: ${times} snapshots were dropped`
        : `there is room in the queue ${directory} again: pulling, after ${times} skipped pulls`
    changes.end('queue', text, { queue })
    return true
  }
  if (options['queue-full'] === 'drop-oldest') return true
  const text = `the queue ${directory} is full, ${queue} snapshots of ${size} (queue-size): pulling is suspended; ${notEmptied}`
  changes.begin('queue', { level: 'warn', kind: 'full', fields: { queue, size }, text })
  return false
}

function reportMissed(changes: Changes, { missed }: Tick): void {
  const why = 'the one before took too long, the program stood still, or the clock was set forward'
  const text = `${missed} pulls were missed: ${why}`
  if (missed > 0) changes.begin('missed', { level: 'warn', kind: 'missed', fields: { missed }, text })
  else changes.end('missed', () => 'pulls are on time again')
}

function reportBehind(changes: Changes, seconds: number): void {
  const text = `the clock is ${seconds} s behind the newest snapshot: waiting until it has passed it, or has gone on for a while without another step`
  changes.begin('clock', { level: 'warn', kind: 'behind', fields: { seconds }, text })
}
