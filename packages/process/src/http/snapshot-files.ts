import { closeSync, constants, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { statSuffix } from '@haproxystats/core/snapshot'

/** The files with `show stat` of a snapshot, open, so that they can be read when it has left the queue. */
export class SnapshotFiles {
  readonly #descriptors = new Map<string, number>()
  #readers = 0
  #isClosed = false

  /** Files that cannot be opened are left out. */
  constructor(path: string) {
    const names = quietly(() => readdirSync(path)) ?? []
    for (const name of names) {
      if (!name.endsWith(statSuffix)) continue
      const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
      const descriptor = quietly(() => openSync(join(path, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK))
      if (descriptor !== undefined) this.#descriptors.set(name.slice(0, -statSuffix.length), descriptor)
    }
  }

  /** Has the files of some sources read, which stay open meanwhile; `undefined` for those that there are not. */
  async read<T>(
    sources: readonly string[],
    read: (descriptors: readonly (number | undefined)[]) => Promise<T>,
  ): Promise<T> {
    this.#readers++
    try {
      return await read(sources.map((source) => this.#descriptors.get(source)))
    } finally {
      this.#readers--
      this.#closeUnread()
    }
  }

  /** Closes them when nobody reads them any more. */
  close(): void {
    this.#isClosed = true
    this.#closeUnread()
  }

  #closeUnread(): void {
    if (!this.#isClosed || this.#readers > 0) return
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor)
    this.#descriptors.clear()
  }
}

function quietly<T>(task: () => T): T | undefined {
  try {
    return task()
  } catch {
    return undefined
  }
}
