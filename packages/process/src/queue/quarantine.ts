import type { Dirent } from 'node:fs'
import { lstat, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileMode, makeDirectory } from '@haproxystats/core'

/** However small they are: a directory with more is hard to look at. */
const mostSnapshots = 1000

/** Behind the name of a snapshot in quarantine: the file that says why it is there. */
export const reasonSuffix = '.reason'

/** The snapshot that a directory in quarantine is, whose name has a number behind it where there are several; '' for others. */
export function snapshotOf(name: string): string {
  return /^(\d+)(\.\d+)?$/.exec(name)?.[1] ?? ''
}

/** Oldest first. */
export function byAge(one: string, other: string): number {
  return Number.parseFloat(one) - Number.parseFloat(other) || one.localeCompare(other)
}

/** Where snapshots are kept that cannot be processed, each with its reason beside it; bounded in number and bytes. */
export class Quarantine {
  readonly #directory: string
  readonly #bytes: number

  /** `bytes` is how much it may hold; with 0 it holds nothing. */
  constructor(directory: string, bytes: number) {
    this.#directory = directory
    this.#bytes = bytes
  }

  /** Moves a snapshot here in one step and makes room by removing the oldest; where it is now. */
  async take(path: string, snapshot: string, reason: string): Promise<string> {
    await makeDirectory(this.#directory)
    const names = new Set(await readdir(this.#directory))
    let name = snapshot
    for (let attempt = 1; names.has(name); attempt++) name = `${snapshot}.${attempt}`
    const target = join(this.#directory, name)
    const reasonFile = `${target}${reasonSuffix}`
    await writeFile(reasonFile, `${reason}\n`, { mode: fileMode })
    try {
      await rename(path, target)
    } catch (error) {
      await rm(reasonFile, { force: true }).catch(() => undefined)
      throw error
    }
    // Once it is here it is out of the queue, whatever cannot be removed; the next one makes room again.
    await this.#makeRoom().catch(() => undefined)
    return target
  }

  async #makeRoom(): Promise<void> {
    const entries = await readdir(this.#directory, { withFileTypes: true })
    const directories = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    await this.#removeOrphans(entries, new Set(directories))
    const kept = directories.sort(byAge)
    const sizes = await Promise.all(kept.map((name) => sizeOf(join(this.#directory, name))))
    let bytes = sizes.reduce((sum, size) => sum + size, 0)
    for (let index = 0; index < kept.length; index++) {
      if (bytes <= this.#bytes && kept.length - index <= mostSnapshots) return
      const path = join(this.#directory, kept[index] as string)
      await rm(path, { recursive: true, force: true })
      await rm(`${path}${reasonSuffix}`, { force: true })
      bytes -= sizes[index] as number
    }
  }

  /** Reasons of snapshots that are not there: a kill came between, or an operator took the snapshot. */
  async #removeOrphans(entries: readonly Dirent[], directories: ReadonlySet<string>): Promise<void> {
    for (const { name } of entries) {
      const snapshot = name.slice(0, -reasonSuffix.length)
      if (!name.endsWith(reasonSuffix) || snapshotOf(snapshot) === '' || directories.has(snapshot)) continue
      await rm(join(this.#directory, name), { force: true })
    }
  }
}

/** Bytes of the files of a snapshot, and one for itself, so that empty ones count. Links are not followed. */
async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory)
  const stats = await Promise.all(names.map((name) => lstat(join(directory, name))))
  return stats.reduce((sum, { size }) => sum + size, 1)
}
