import type { Dirent } from 'node:fs'
import { lstat, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileMode, makeDirectory } from '@haproxystats/core'

/** However small they are: a directory with more is no fun to look at. */
const mostSnapshots = 1000

const reasonSuffix = '.reason'

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
    await writeFile(`${target}${reasonSuffix}`, `${reason}\n`, { mode: fileMode })
    await rename(path, target)
    // Once it is here it is out of the queue, whatever cannot be removed; the next one makes room again.
    await this.#makeRoom().catch(() => undefined)
    return target
  }

  async #makeRoom(): Promise<void> {
    const entries = await readdir(this.#directory, { withFileTypes: true })
    const kept = entries.filter((entry) => entry.isDirectory()).sort(byAge)
    const sizes = await Promise.all(kept.map(({ name }) => sizeOf(join(this.#directory, name))))
    let bytes = sizes.reduce((sum, size) => sum + size, 0)
    for (let index = 0; index < kept.length; index++) {
      if (bytes <= this.#bytes && kept.length - index <= mostSnapshots) return
      const path = join(this.#directory, (kept[index] as Dirent).name)
      await rm(path, { recursive: true, force: true })
      await rm(`${path}${reasonSuffix}`, { force: true })
      bytes -= sizes[index] as number
    }
  }
}

/** Names are timestamps, with a number behind it where there are several. */
function byAge(one: Dirent, other: Dirent): number {
  return Number.parseFloat(one.name) - Number.parseFloat(other.name) || one.name.localeCompare(other.name)
}

/** Bytes of the files of a snapshot, and one for itself, so that empty ones count. Links are not followed. */
async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory)
  const stats = await Promise.all(names.map((name) => lstat(join(directory, name))))
  return stats.reduce((sum, { size }) => sum + size, 1)
}
