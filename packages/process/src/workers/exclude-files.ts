import {
  type Conditions,
  type Configuration,
  createConditions,
  keepLast,
  type Logger,
  reasonOf,
  StatsError,
  watchFiles,
} from '@haproxystats/core'
import type { ExcludeTexts } from '../types/work.ts'

const nothing = new Uint8Array(0)

/**
 * The files of `exclude-frontends` and `exclude-backends`, read by the main thread for all workers, so that a worker that is
 * started while a file cannot be read has the names, too.
 */
export class ExcludeFiles {
  readonly #frontends: () => Uint8Array
  readonly #backends: () => Uint8Array
  #current: ExcludeTexts

  /** @throws CONFIGURATION when a file cannot be read at all. */
  constructor(settings: Configuration['process'], log: Logger) {
    const conditions = createConditions(log)
    this.#frontends = watch('exclude-frontends', settings, conditions)
    this.#backends = watch('exclude-backends', settings, conditions)
    this.#current = { version: 1, frontends: this.#frontends(), backends: this.#backends() }
  }

  /** The same object as before unless a file has changed. */
  current(): ExcludeTexts {
    const { version, ...before } = this.#current
    const [frontends, backends] = [this.#frontends(), this.#backends()]
    if (frontends !== before.frontends || backends !== before.backends)
      this.#current = { version: version + 1, frontends, backends }
    return this.#current
  }
}

function watch(
  option: 'exclude-frontends' | 'exclude-backends',
  settings: Configuration['process'],
  conditions: Conditions,
): () => Uint8Array {
  const path = settings[option]
  if (path === undefined) return () => nothing
  try {
    return keepLast(watchFiles([path], shared), { conditions, path, kept: 'the names read before stay excluded' })
  } catch (error) {
    throw new StatsError('CONFIGURATION', `[process] ${option}: ${reasonOf(error)}`, {}, error)
  }
}

/** In memory that threads share: it goes with every snapshot. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}
