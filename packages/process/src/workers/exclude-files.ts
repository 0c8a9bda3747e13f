import { readFileSync, statSync } from 'node:fs'
import type { Configuration } from '@haproxystats/core'
import type { Excluded } from '../pipeline/stat-tables.ts'

interface Listed {
  readonly path: string | undefined
  identity: string
  names: ReadonlySet<string>
}

/**
 * The proxies that `exclude-frontends` and `exclude-backends` name. The files are read again when they change; while one
 * cannot be read, what it said last holds.
 */
export class ExcludeFiles {
  readonly #frontends: Listed
  readonly #backends: Listed
  readonly #onTrouble: (path: string, error: Error) => void
  #current: Excluded = { frontends: new Set(), backends: new Set() }

  constructor(settings: Configuration['process'], onTrouble: (path: string, error: Error) => void) {
    this.#frontends = { path: settings['exclude-frontends'], identity: '', names: new Set() }
    this.#backends = { path: settings['exclude-backends'], identity: '', names: new Set() }
    this.#onTrouble = onTrouble
  }

  /** The same object as before unless a file has changed. */
  current(): Excluded {
    const changed = [this.#refresh(this.#frontends), this.#refresh(this.#backends)]
    if (changed.includes(true)) this.#current = { frontends: this.#frontends.names, backends: this.#backends.names }
    return this.#current
  }

  #refresh(listed: Listed): boolean {
    if (listed.path === undefined) return false
    try {
      const { mtimeMs, size, ino } = statSync(listed.path)
      const identity = `${mtimeMs}:${size}:${ino}`
      if (identity === listed.identity) return false
      listed.names = readNames(listed.path)
      listed.identity = identity
      return true
    } catch (error) {
      this.#onTrouble(listed.path, error as Error)
      return false
    }
  }
}

/**
 * One name a line, as HAProxy knows it; blank lines and lines that begin with `#`, indented or not, say nothing. Names are
 * a byte a character, as the scanner has them.
 */
export function readNames(path: string): Set<string> {
  const lines = readFileSync(path, 'latin1').split('\n')
  return new Set(lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')))
}
