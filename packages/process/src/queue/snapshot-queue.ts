import { open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  deliveredPrefix,
  diskHint,
  fileMode,
  isSnapshotName,
  makeDirectory,
  reasonOf,
  StatsError,
  snapshotNames,
} from '@haproxystats/core'
import type { Queue } from '../types/queue.ts'
import { Quarantine } from './quarantine.ts'

/**
 * The queue directory as its one consumer sees it. All changes are single renames or creations, so that a kill at any
 * instant leaves a snapshot wholly in the queue or wholly out of it.
 */
export class SnapshotQueue implements Queue {
  readonly directory: string
  /** Where snapshots go that cannot be processed: `<queue's parent>/quarantine`. */
  readonly quarantine: string
  readonly #quarantine: Quarantine
  readonly #removing: string

  /** `quarantineSize` in bytes. */
  constructor(directory: string, quarantineSize: number) {
    this.directory = directory
    this.quarantine = join(dirname(directory), 'quarantine')
    this.#quarantine = new Quarantine(this.quarantine, quarantineSize)
    this.#removing = join(dirname(directory), `${basename(directory)}.removing`)
  }

  /** Prepares the directories beside the queue and finishes removals that a kill interrupted. */
  async open(): Promise<void> {
    try {
      await makeDirectory(this.#removing)
      for (const name of await readdir(this.#removing)) {
        // One that resists is in nobody's way, and is tried again at the next start.
        if (isSnapshotName(name)) {
          await rm(join(this.#removing, name), { recursive: true, force: true }).catch(() => undefined)
        }
      }
    } catch (error) {
      const hint = diskHint(error)
      const text = `cannot prepare ${this.#removing}: ${reasonOf(error)}${hint ? `; ${hint}` : ''}`
      throw new StatsError('QUEUE_IO', text, {}, error)
    }
  }

  pathOf(snapshot: string): string {
    return join(this.directory, snapshot)
  }

  /** What waits, oldest first. Entries that are not named as snapshots are somebody else's. */
  async list(): Promise<string[]> {
    try {
      const entries = await readdir(this.directory, { withFileTypes: true })
      return snapshotNames(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name))
    } catch (error) {
      throw new StatsError(
        'QUEUE_IO',
        `cannot read the queue ${this.directory}: ${(error as Error).message}`,
        {},
        error,
      )
    }
  }

  /** The dispatchers that have a snapshot already, by the marks in its directory. */
  async deliveredTo(snapshot: string): Promise<Set<string>> {
    const names = await readdir(this.pathOf(snapshot)).catch(() => [])
    return new Set(
      names.filter((name) => name.startsWith(deliveredPrefix)).map((name) => name.slice(deliveredPrefix.length)),
    )
  }

  /** Notes that a dispatcher has all of a snapshot, so that it is not sent again after a restart. */
  async markDelivered(snapshot: string, dispatcher: string): Promise<void> {
    const file = await open(join(this.pathOf(snapshot), `${deliveredPrefix}${dispatcher}`), 'w', fileMode)
    await file.close()
  }

  /** Takes a snapshot that everybody has out of the queue. */
  async remove(snapshot: string): Promise<void> {
    const target = join(this.#removing, snapshot)
    await rm(target, { recursive: true, force: true })
    await rename(this.pathOf(snapshot), target)
    await rm(target, { recursive: true, force: true })
  }

  /** Puts a snapshot that cannot be processed aside, with the reason in a file beside it. */
  setAside(snapshot: string, reason: string): Promise<string> {
    return this.#quarantine.take(this.pathOf(snapshot), snapshot, reason)
  }
}
