import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { snapshotNames } from '@haproxystats/core'

/** The snapshots that wait in the queue, oldest first; whatever else is in its directory does not count. */
export async function queuedSnapshots(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  return snapshotNames(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name))
}

/** Why a queue is full, for messages: while it runs, haproxystats-process keeps the queue below `queue-size`. */
export const notEmptied =
  'haproxystats-process does not empty it; is it running? (systemctl status haproxystats-process)'

/** Whether anything at all has the name of this snapshot. */
export async function isTaken(directory: string, snapshot: string): Promise<boolean> {
  try {
    await lstat(join(directory, snapshot))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
