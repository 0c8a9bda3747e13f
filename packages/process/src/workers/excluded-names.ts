import type { Excluded } from '../aggregate/object-tables.ts'
import type { ExcludeTexts } from '../types/work.ts'

const none: Excluded = { frontends: new Set(), backends: new Set() }

/** The names in exclude files, as a worker has them; the same object as before unless a file has changed. */
export class ExcludedNames {
  #version = 0
  #names = none

  of(texts: ExcludeTexts | undefined): Excluded {
    if (texts === undefined) return none
    if (texts.version !== this.#version) {
      this.#version = texts.version
      this.#names = { frontends: namesIn(texts.frontends), backends: namesIn(texts.backends) }
    }
    return this.#names
  }
}

/**
 * One name a line, as HAProxy knows it; blank lines and lines that begin with `#`, indented or not, say nothing. Names are
 * a byte a character, as the scanner has them.
 */
export function namesIn(text: Uint8Array): Set<string> {
  const lines = Buffer.from(text).toString('latin1').split('\n')
  return new Set(lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')))
}
