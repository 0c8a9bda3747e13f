import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type Configuration, exitCodes, isSnapshotName, reasonOf } from '@haproxystats/core'
import type { Output } from '@haproxystats/core/program'
import { byAge, reasonSuffix, snapshotOf } from './quarantine.ts'
import { SnapshotQueue } from './snapshot-queue.ts'

/**
 * Moves the snapshots in quarantine back into the queue and prints what became of each. Resolves with 0 when none is left in
 * quarantine, with 1 when one is.
 */
export async function requeueAll(configuration: Configuration, { output }: { output: Output }): Promise<number> {
  const queue = configuration.process['src-dir']
  try {
    const requeued = await requeue(queue, configuration.pull['queue-size'])
    const left = requeued.filter(({ kept }) => kept !== undefined).length
    const lines = requeued.map(({ name, kept }) => {
      const where = kept === undefined ? 'is back in the queue' : `stays in quarantine: ${kept}`
      return `snapshot ${name} ${where}`
    })
    const sum = `${requeued.length - left} back in ${queue}, ${left} left in quarantine`
    const all = requeued.length === 0 ? ['there is no snapshot in quarantine'] : [...lines, sum]
    output.out(all.map((line) => `${line}\n`).join(''))
    return left > 0 ? exitCodes.failed.code : exitCodes.done.code
  } catch (error) {
    output.error(`haproxystats-process: ${reasonOf(error)}; this command ran as ${userInfo().username}\n`)
    return exitCodes.failed.code
  }
}

/** What became of one snapshot in quarantine: it is back in the queue, or why it is not. */
export interface Requeued {
  /** Its name in quarantine. */
  readonly name: string
  readonly kept?: string
}

/**
 * Brings the snapshots in quarantine back into the queue, the oldest first, each by a single rename: a program that consumes the
 * queue meanwhile sees a whole snapshot or none. Destinations that have one already do not get it again, as its marks are in its
 * directory.
 *
 * @param most how many snapshots the queue may hold.
 * @throws an error of the system when one of the two directories cannot be read.
 */
export async function requeue(directory: string, most: number): Promise<Requeued[]> {
  const queue = new SnapshotQueue(directory, 0)
  const names = (await namesIn(queue.quarantineDirectory)).sort(byAge)
  let room = most - (await queue.list()).length
  const requeued: Requeued[] = []
  for (const name of names) {
    const kept =
      room > 0 ? await move(queue, name) : `the queue is full: it holds ${most} snapshots, as queue-size allows`
    if (kept === undefined) room--
    requeued.push(kept === undefined ? { name } : { name, kept })
  }
  return requeued
}

async function namesIn(quarantine: string): Promise<string[]> {
  try {
    const entries = await readdir(quarantine, { withFileTypes: true })
    return entries.flatMap((entry) =>
      entry.isDirectory() && isSnapshotName(snapshotOf(entry.name)) ? [entry.name] : [],
    )
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Why it stays; nothing when it is in the queue. */
async function move(queue: SnapshotQueue, name: string): Promise<string | undefined> {
  const from = join(queue.quarantineDirectory, name)
  const to = queue.pathOf(snapshotOf(name))
  // A rename would replace an empty directory without a word.
  const taken = await lstat(to).catch(() => undefined)
  if (taken !== undefined) return `the queue has another ${snapshotOf(name)}`
  try {
    await rename(from, to)
  } catch (error) {
    return reasonOf(error)
  }
  // Without its snapshot it is removed with the next that is quarantined.
  await rm(`${from}${reasonSuffix}`, { force: true }).catch(() => undefined)
  return undefined
}
