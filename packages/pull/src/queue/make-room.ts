import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../query/context.ts'
import { reportLeftover } from './leftovers.ts'
import { notEmptied, queuedSnapshots } from './queue-directory.ts'

/**
 * Drops the oldest snapshots until one more fits into the queue. Each goes out of it in one step, to where an interrupted
 * removal is finished at the next start; one that haproxystats-process has just taken away is none of ours.
 */
export async function makeRoom(context: Context): Promise<void> {
  const { options, changes, status } = context
  const directory = options['dst-dir']
  const size = options['queue-size']
  const snapshots = await queuedSnapshots(directory)
  for (const snapshot of snapshots.slice(0, Math.max(0, snapshots.length - size + 1))) {
    const target = join(options['tmp-dst-dir'], snapshot)
    if (!(await moved(join(directory, snapshot), target))) continue
    status.dropped(snapshot)
    const text = `the queue ${directory} is full, ${snapshots.length} snapshots of ${size} (queue-size): dropping the oldest for each new one, from ${snapshot} on (queue-full = drop-oldest); ${notEmptied}`
    changes.begin('queue', { level: 'error', kind: 'dropping', fields: { snapshot, size }, text })
    await rm(target, { recursive: true, force: true }).catch((error) => reportLeftover(changes, error))
  }
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
