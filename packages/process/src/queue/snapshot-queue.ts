import { open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  diskHint,
  type Fate,
  fileMode,
  isSnapshotName,
  makeDirectory,
  markName,
  readMarks,
  reasonOf,
  StatsError,
  snapshotNames,
} from '@haproxystats/core'
import type { Queue } from '../types/queue.ts'
import { Quarantine } from './quarantine.ts'

/** Where snapshots go from a queue: what could not be processed, and what is being deleted. */
export function placesBeside(queue: string): { readonly quarantine: string; readonly removing: string } {
  const parent = dirname(queue)
  return { quarantine: join(parent, 'quarantine'), removing: join(parent, `${basename(queue)}.removing`) }
}

/**
 * The queue directory as its one consumer sees it. All changes are single renames or creations, so that a kill at any
 * instant leaves a snapshot wholly in the queue or wholly out of it.
 */
export class SnapshotQueue implements Queue {
  readonly directory: string
  /** Where snapshots go that cannot be processed: `<queue's parent>/quarantine`. */
  readonly quarantineDirectory: string
  readonly #quarantine: Quarantine
  readonly #removing: string
  /** Removed snapshots whose files could not all be deleted; one of them is tried again with each removal that works. */
  readonly #undeleted = new Set<string>()

  /** `quarantineSize` in bytes. */
  constructor(directory: string, quarantineSize: number) {
    this.directory = directory
    const { quarantine, removing } = placesBeside(directory)
    this.quarantineDirectory = quarantine
    this.#quarantine = new Quarantine(quarantine, quarantineSize)
    this.#removing = removing
  }

  /** Prepares the directory beside the queue and finishes removals that a kill interrupted. Rejects with `QUEUE_IO`. */
  async open(): Promise<void> {
    try {
      await makeDirectory(this.#removing)
      for (const name of await readdir(this.#removing)) {
        // What cannot be deleted is tried again with later ones.
        if (isSnapshotName(name)) await this.#delete(join(this.#removing, name))
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

  /** What waits, oldest first. Entries with other names are ignored. */
  async list(): Promise<string[]> {
    try {
      const entries = await readdir(this.directory, { withFileTypes: true })
      return snapshotNames(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name))
    } catch (error) {
      throw new StatsError('QUEUE_IO', `cannot read the queue ${this.directory}: ${reasonOf(error)}`, {}, error)
    }
  }

  /**
   * What became of a snapshot at the outputs that are done with it, by the marks in its directory. Rejects when the
   * directory cannot be read: it is unknown then which outputs have it.
   */
  async fates(snapshot: string): Promise<Map<string, Fate>> {
    return readMarks(await readdir(this.pathOf(snapshot)))
  }

  /** Marks a snapshot as done for an output, so that it is not sent again after a restart. */
  async mark(snapshot: string, output: string, fate: Fate): Promise<void> {
    const file = await open(join(this.pathOf(snapshot), markName(fate, output)), 'w', fileMode)
    await file.close()
  }

  /**
   * Takes a snapshot that no output waits for out of the queue, in one step; then deletes it. Resolves with the error
   * when only that failed: what is left is deleted with a later snapshot, or at the next start.
   */
  async remove(snapshot: string): Promise<Error | undefined> {
    const target = join(this.#removing, snapshot)
    await rm(target, { recursive: true, force: true })
    await this.#moveOut(this.pathOf(snapshot), target)
    const error = await this.#delete(target)
    const [other] = this.#undeleted
    if (error === undefined && other !== undefined) await this.#delete(other)
    return error
  }

  async #delete(path: string): Promise<Error | undefined> {
    this.#undeleted.delete(path)
    try {
      await rm(path, { recursive: true, force: true })
      return undefined
    } catch (error) {
      this.#undeleted.add(path)
      return error as Error
    }
  }

  /** The directory beside the queue may have been removed since the start. */
  async #moveOut(path: string, target: string): Promise<void> {
    try {
      await rename(path, target)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      await makeDirectory(this.#removing)
      await rename(path, target)
    }
  }

  /** Moves a snapshot that cannot be processed to quarantine, with the reason in a file beside it. */
  quarantine(snapshot: string, reason: string): Promise<string> {
    return this.#quarantine.take(this.pathOf(snapshot), snapshot, reason)
  }
}
