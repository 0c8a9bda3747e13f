import { statSync } from 'node:fs'
import { reasonOf, StatsError } from '../errors.ts'
import type { Conditions } from '../log.ts'
import { largestPersonalFile, readRegularFile } from './regular-file.ts'

/**
 * Returns a function that gives what stands in these files: `parse` is called again with their bytes when one of them
 * has changed, and the same object is returned until then. Files that `parse` refuses are not parsed again before they
 * change; files that cannot be read are tried at every call.
 *
 * The function throws CONFIGURATION naming the file that cannot be read, and what `parse` throws.
 */
export function watchFiles<Content>(
  paths: readonly string[],
  parse: (...contents: Buffer[]) => Content,
): () => Content {
  let known: { readonly identity: string; readonly result: () => Content } | undefined
  return () => {
    const identity = paths.map((path) => reading(path, () => identify(path))).join(' ')
    if (known?.identity !== identity) {
      const contents = paths.map(readSettingsFile)
      known = { identity, result: settle(() => parse(...contents)) }
    }
    return known.result()
  }
}

export interface KeepLastOptions {
  readonly conditions: Conditions
  /** The file, for the log. */
  readonly path: string
  /** What holds while the file cannot be read, completing the message. */
  readonly kept: string
  readonly level?: 'warn' | 'error'
}

/**
 * Like `read`, but where that throws, the function gives the last content, and the log says when that begins, when the
 * reason changes, and when it ends. Throws only here, when there is no first content.
 */
export function keepLast<Content>(read: () => Content, options: KeepLastOptions): () => Content {
  const { conditions, path, kept, level = 'warn' } = options
  let last = read()
  return () => {
    try {
      last = read()
      conditions.end(path, `${path} can be read again`, { path })
    } catch (error) {
      const reason = reasonOf(error)
      conditions.begin(path, { level, kind: reason, fields: { path, reason }, text: `${reason}; ${kept}` })
    }
    return last
  }
}

/** The bytes of a file that a person keeps. @throws CONFIGURATION naming the file. */
export function readSettingsFile(path: string): Buffer {
  return reading(path, () => readRegularFile(path, largestPersonalFile))
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new StatsError('CONFIGURATION', `cannot read ${path}: ${reasonOf(error)}`, {}, error)
  }
}

/** Changes with the content, with the file that stands in this place, and with its permissions. */
function identify(path: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
  return [dev, ino, size, mtimeNs, ctimeNs].join(':')
}

/** What came of a call, to be had again. */
function settle<T>(call: () => T): () => T {
  try {
    const value = call()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}
