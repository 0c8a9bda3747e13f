import { type Configuration, type Logger, reasonOf, StatsError } from '@haproxystats/core'
import { type Changes, createChanges } from './changes.ts'
import type { Context } from './context.ts'
import { prepareDirectories } from './directories.ts'
import { removeLeftovers } from './leftovers.ts'
import { isTaken, queuedSnapshots } from './queue.ts'
import { reportGone, reportNoSource, reportSocketDirectory } from './reports.ts'
import { listSources } from './sources.ts'
import { clearAway, takeSnapshot } from './take-snapshot.ts'
import { type Clock, systemClock, type Tick, ticks } from './tick.ts'

/**
 * haproxystats-pull: at every tick, room in the queue? → ask every source → write, sync, rename. Resolves when `signal`
 * aborts. Rejects with `CONFIGURATION` when the directories will not do at the start; whatever fails later is logged and
 * tried again at the next tick.
 */
export async function pull(
  configuration: Configuration,
  { log, signal, clock = systemClock }: { log: Logger; signal: AbortSignal; clock?: Clock },
): Promise<void> {
  const options = configuration.pull
  const changes = createChanges(log)
  const context = { options, log, signal, clock, changes }
  await prepareDirectories(options)
  const leftovers = await removeLeftovers(options['tmp-dst-dir'])
  if (leftovers.length > 0) {
    log.info({ snapshots: leftovers }, `removed ${leftovers.length} unfinished snapshots of an earlier run`)
  }
  if (options['socket-dir'] === undefined && options.servers === undefined) reportNoSource(changes, options, 0)
  const queued = await queuedSnapshots(options['dst-dir'])
  const newest = queued.length > 0 ? Number(queued.at(-1)) : undefined
  const onBehind = (seconds: number) => reportBehind(changes, seconds)
  for await (const tick of ticks(options['pull-interval'], { newest, signal, clock, onBehind })) {
    await pullSafely(context, tick)
  }
}

async function pullSafely(context: Context, tick: Tick): Promise<void> {
  const { changes, signal } = context
  changes.end('clock', () => 'the clock has passed the newest snapshot, or is believed: pulling again')
  reportMissed(changes, tick)
  try {
    await pullOnce(context, tick.slot)
  } catch (error) {
    if (signal.aborted) return
    const { code, errno } = error as NodeJS.ErrnoException
    if (!(error instanceof StatsError) && errno === undefined) throw error
    const kind = `${code} ${error instanceof StatsError ? error.details['errno'] : ''}`
    changes.begin('pull', { level: 'error', kind, text: `${reasonOf(error)}; trying again at the next pull` })
  }
}

async function pullOnce(context: Context, slot: number): Promise<void> {
  const { options, changes, log } = context
  await prepareDirectories(options)
  await clearAway(context)
  const queue = await roomInQueue(context)
  if (queue === undefined) return
  if (await isTaken(options['dst-dir'], String(slot))) {
    log.warn({ snapshot: slot }, `snapshot ${slot} is in the queue already; this pull is skipped`)
    return
  }
  const list = await listSources(options)
  reportSocketDirectory(changes, list, options)
  reportGone(changes, list.sources)
  if (list.sources.length > 0) {
    await takeSnapshot(context, slot, { sources: list.sources, mayMiss: isUncertain(list.unreadable), queue })
  } else if (list.unreadable === undefined) reportNoSource(changes, options, 0)
}

/** Without a directory there are no sockets; one that is there but cannot be read may hide some. */
function isUncertain(error: NodeJS.ErrnoException | undefined): boolean {
  return error !== undefined && error.code !== 'ENOENT' && error.code !== 'ENOTDIR'
}

/** How many snapshots are queued; `undefined` when the queue is full. */
async function roomInQueue({ options, changes }: Context): Promise<number | undefined> {
  const directory = options['dst-dir']
  const size = options['queue-size']
  const queue = (await queuedSnapshots(directory)).length
  if (queue < size) {
    const text = (times: number) =>
      `there is room in the queue ${directory} again: pulling, after ${times} skipped pulls`
    changes.end('queue', text, { queue })
    return queue
  }
  const todo = 'is haproxystats-process running, and does its destination take what it sends?'
  const text = `the queue ${directory} is full, ${queue} snapshots of ${size} (queue-size): pulling is suspended; ${todo}`
  changes.begin('queue', { level: 'warn', kind: 'full', fields: { queue, size }, text })
  return undefined
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
