import { statSync } from 'node:fs'
import {
  type Configuration,
  type Logger,
  largestPersonalFile,
  readRegularFile,
  reasonOf,
  StatsError,
} from '@haproxystats/core'
import type { ExcludeTexts } from '../types/work.ts'

/** One of the files as it was read last. */
interface Listed {
  readonly option: 'exclude-frontends' | 'exclude-backends'
  readonly path: string | undefined
  identity: string
  text: Uint8Array
  /** Whether it cannot be read now. */
  unreadable: boolean
}

/**
 * The files of `exclude-frontends` and `exclude-backends`, read by the main thread for all workers, so that one that is started
 * while a file cannot be read has the names, too. They are read again when they change; while one cannot be read, what was in
 * it last holds, and the log says when that begins and when it ends.
 */
export class ExcludeFiles {
  readonly #log: Logger
  readonly #files: readonly Listed[]
  #current: ExcludeTexts

  /** @throws CONFIGURATION when a file cannot be read at all. */
  constructor(settings: Configuration['process'], log: Logger) {
    this.#log = log
    this.#files = (['exclude-frontends', 'exclude-backends'] as const).map((option) => {
      return { option, path: settings[option], identity: '', text: new Uint8Array(0), unreadable: false }
    })
    for (const listed of this.#files) {
      try {
        refresh(listed)
      } catch (error) {
        const message = `[process] ${listed.option} = ${listed.path}: cannot be read: ${reasonOf(error)}`
        throw new StatsError('CONFIGURATION', message, {}, error)
      }
    }
    this.#current = this.#texts(1)
  }

  /** The same object as before unless a file has changed. */
  current(): ExcludeTexts {
    const changed = this.#files.map((listed) => this.#refresh(listed))
    if (changed.includes(true)) this.#current = this.#texts(this.#current.version + 1)
    return this.#current
  }

  #texts(version: number): ExcludeTexts {
    const [frontends, backends] = this.#files as readonly [Listed, Listed]
    return { version, frontends: frontends.text, backends: backends.text }
  }

  #refresh(listed: Listed): boolean {
    const { path, unreadable } = listed
    try {
      const changed = refresh(listed)
      if (unreadable) this.#log.info({ path }, `${path} can be read again`)
      listed.unreadable = false
      return changed
    } catch (error) {
      const reason = reasonOf(error)
      const message = `cannot read ${path}, the names that were in it last are left out: ${reason}`
      if (!unreadable) this.#log.warn({ path, reason }, message)
      listed.unreadable = true
      return false
    }
  }
}

/** Reads a file when it has changed; whether it has. */
function refresh(listed: Listed): boolean {
  const { path } = listed
  if (path === undefined) return false
  const { mtimeNs, size, ino } = statSync(path, { bigint: true })
  const identity = `${mtimeNs}:${size}:${ino}`
  // While it cannot be read it is tried again: a permission changes neither.
  if (identity === listed.identity && !listed.unreadable) return false
  listed.text = shared(readRegularFile(path, largestPersonalFile))
  listed.identity = identity
  return true
}

/** In memory that threads share: it goes with every snapshot. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}
