import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Conditions, type Configuration, isSnapshotName, reasonOf, snapshotNames } from '@haproxystats/core'
import { isTaken } from '../write/publish.ts'

/** Why a queue is full: while haproxystats-process runs, it keeps the queue below `queue-size`. */
const whyFull = 'is haproxystats-process running? (systemctl status haproxystats-process)'

/** Keys of the troubles in the log. */
const fullKey = 'queue'
const unfinishedKey = 'unfinished'

/** `dst-dir`, where snapshots wait for haproxystats-process, and `tmp-dst-dir`, where they are made and removed. */
export class QueueDirectory {
  readonly #directory: string
  readonly #temporary: string
  readonly #size: number
  readonly #suspends: boolean
  readonly #conditions: Conditions

  constructor(options: Configuration['pull'], conditions: Conditions) {
    this.#directory = options['dst-dir']
    this.#temporary = options['tmp-dst-dir']
    this.#size = options['queue-size']
    this.#suspends = options['queue-full'] === 'suspend'
    this.#conditions = conditions
  }

  /** The names of the snapshots in the queue, oldest first; whatever else is in the directory does not count. */
  async snapshots(): Promise<string[]> {
    const entries = await readdir(this.#directory, { withFileTypes: true })
    return snapshotNames(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name))
  }

  isTaken(snapshot: string): Promise<boolean> {
    return isTaken(this.#directory, snapshot)
  }

  /** Whether pulling is suspended because so many snapshots are in the queue; logs the begin and the end. */
  isSuspended(count: number): boolean {
    const fields = { queue: count, size: this.#size }
    if (count < this.#size) {
      const dropping = this.#conditions.kind(fullKey) === 'dropping'
      const after = (times: number) =>
        dropping ? `${times} snapshots were dropped` : `pulling again after ${times} skipped pulls`
      this.#conditions.end(fullKey, (times) => `queue ${this.#directory} has room again: ${after(times)}`, {
        queue: count,
      })
      return false
    }
    const text = `${this.#fullText(count)}; pulling is suspended; ${whyFull}`
    if (this.#suspends) this.#conditions.begin(fullKey, { level: 'warn', kind: 'full', fields, text })
    return this.#suspends
  }

  /**
   * Removes the oldest snapshots until one more fits, and returns their names. Each is first moved out of the queue, to where
   * an interrupted removal is finished at the next start; one that haproxystats-process has just taken is skipped.
   */
  async dropOldest(): Promise<string[]> {
    const dropped: string[] = []
    const snapshots = await this.snapshots()
    for (const snapshot of snapshots.slice(0, Math.max(0, snapshots.length - this.#size + 1))) {
      const target = join(this.#temporary, snapshot)
      if (!(await isMoved(join(this.#directory, snapshot), target))) continue
      dropped.push(snapshot)
      const text = `${this.#fullText(snapshots.length)}; dropping the oldest for each new one, from ${snapshot} on (queue-full = drop-oldest); ${whyFull}`
      const fields = { snapshot, size: this.#size }
      this.#conditions.begin(fullKey, { level: 'error', kind: 'dropping', fields, text })
      await rm(target, { recursive: true, force: true }).catch((error) => this.keepUnfinished(error))
    }
    return dropped
  }

  #fullText(count: number): string {
    return `queue full: ${this.#directory} has ${count} snapshots of ${this.#size} (queue-size)`
  }

  /**
   * Removes what a killed run left in `tmp-dst-dir`: everything that has the name of a snapshot, and nothing else. Links are
   * removed, not followed. Returns the names.
   */
  async removeUnfinished(): Promise<string[]> {
    const names = (await readdir(this.#temporary)).filter(isSnapshotName)
    for (const name of names) await rm(join(this.#temporary, name), { recursive: true, force: true })
    return names
  }

  /** Logs once that an unfinished snapshot could not be removed; `retryRemoval` will. */
  keepUnfinished(error: unknown): void {
    const kind = (error as NodeJS.ErrnoException).code ?? ''
    const text = `${reasonOf(error)}; trying again before the next pull`
    this.#conditions.begin(unfinishedKey, { level: 'error', kind, text })
  }

  /** Removes what could not be removed after an earlier pull. */
  async retryRemoval(): Promise<void> {
    if (this.#conditions.kind(unfinishedKey) === undefined) return
    await this.removeUnfinished()
    this.#conditions.end(unfinishedKey, () => 'all unfinished snapshots are removed')
  }
}

async function isMoved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
