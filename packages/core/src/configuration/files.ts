import { isUtf8 } from 'node:buffer'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '../errors.ts'
import { readRegularFile } from '../files/regular-file.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { ConfigurationText } from './ini-file.ts'

/** A file to read, and whether it may be absent. */
export interface ConfigurationFile {
  readonly file: string
  readonly optional?: boolean
}

/** Files to read, and what keeps others from being found. */
export interface FileList {
  readonly files: readonly ConfigurationFile[]
  readonly errors: readonly Diagnostic[]
}

/** What the system says when a file or a directory cannot be read, for people. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  ENOTDIR: 'it is not a directory',
}

/** The largest configuration file, in bytes. */
const largestFile = 1024 ** 2

/** Every `*.conf` of a directory, in the order of their names; hidden files are left out, as by a shell. */
export function listConfigurationFiles(directory: string): FileList {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith('.conf') && !name.startsWith('.'))
    const files = names.sort().map((name) => ({ file: join(directory, name) }))
    const missing = { file: directory, expected: 'at least one file whose name ends in .conf' }
    return { files, errors: files.length === 0 ? [missing] : [] }
  } catch (error) {
    return { files: [], errors: [unreadable(directory, error)] }
  }
}

/** Reads files as UTF-8, with or without a byte order mark. */
export function readConfigurationFiles(files: readonly ConfigurationFile[]): {
  texts: ConfigurationText[]
  errors: Diagnostic[]
} {
  const texts: ConfigurationText[] = []
  const errors: Diagnostic[] = []
  for (const { file, optional } of files) {
    try {
      const bytes = readRegularFile(file, largestFile)
      const line = firstLineNotUtf8(bytes)
      if (line === undefined) texts.push({ file, text: new TextDecoder().decode(bytes) })
      else errors.push({ file, line, expected: 'text in UTF-8' })
    } catch (error) {
      if (optional && (error as NodeJS.ErrnoException).code === 'ENOENT') continue
      errors.push(unreadable(file, error))
    }
  }
  return { texts, errors }
}

function unreadable(file: string, error: unknown): Diagnostic {
  const { code = '' } = error as NodeJS.ErrnoException
  return { file, message: `cannot be read: ${reasons[code] ?? reasonOf(error)}` }
}

function firstLineNotUtf8(bytes: Buffer): number | undefined {
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf('\n', start)
    const end = newline === -1 ? bytes.length : newline
    if (!isUtf8(bytes.subarray(start, end))) return line
    start = end + 1
  }
  return undefined
}
