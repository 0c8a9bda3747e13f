import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { infoSuffix, StatsError, statSuffix, typedSuffix } from '@haproxystats/core'

const kinds = { info: infoSuffix, stat: statSuffix, typed: typedSuffix } as const
type Kind = keyof typeof kinds

/** One source's answers as they were written. Any may be missing. */
export interface SourceFiles extends Readonly<Record<Kind, Uint8Array | undefined>> {
  readonly source: string
}

/** What `readdir` puts for bytes of a name that are not UTF-8: such a file cannot be opened by it. */
const notUtf8 = '\ufffd'

/** No answer is as large; a file that is would be read into memory whole. */
const largest = 1024 ** 3

/**
 * Reads the files of one snapshot, by source, in the order of their names. Links and everything else that is not a
 * regular file are refused; files of other names are somebody else's.
 *
 * @throws SNAPSHOT_INVALID when there is nothing in it, or something in it must not be read; QUEUE_IO when reading fails.
 */
export function readSnapshot(path: string): SourceFiles[] {
  const sources = new Map<string, Partial<Record<Kind, Uint8Array>>>()
  for (const name of reading(path, () => readdirSync(path)).sort()) {
    const kind = (Object.keys(kinds) as Kind[]).find((candidate) => name.endsWith(kinds[candidate]))
    if (kind === undefined) continue
    if (name.includes(notUtf8)) throw new StatsError('SNAPSHOT_INVALID', `${name} is a name that is not UTF-8`)
    const source = name.slice(0, -kinds[kind].length)
    sources.set(source, { ...sources.get(source), [kind]: readFile(join(path, name), name) })
  }
  const found = [...sources].map(([source, { info, stat, typed }]) => ({ source, info, stat, typed }))
  const answers = found.filter(({ info, stat }) => info !== undefined || stat !== undefined)
  if (answers.length === 0) throw new StatsError('SNAPSHOT_INVALID', 'holds no files with answers of HAProxy')
  return answers
}

function readFile(path: string, name: string): Uint8Array {
  return reading(path, () => {
    const descriptor = openRegular(path, name)
    try {
      const { size } = fstatSync(descriptor)
      if (size > largest)
        throw new StatsError('SNAPSHOT_INVALID', `${name} is larger than any answer of HAProxy`, { size })
      const bytes = Buffer.allocUnsafe(size)
      let length = 0
      while (length < size) {
        const read = readSync(descriptor, bytes, length, size - length, null)
        if (read === 0) break
        length += read
      }
      return bytes.subarray(0, length)
    } finally {
      closeSync(descriptor)
    }
  })
}

/** Opens without following a link and without waiting on a FIFO. */
function openRegular(path: string, name: string): number {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ELOOP' || code === 'ENXIO') throw notRegular(name)
    throw error
  }
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw notRegular(name)
}

function notRegular(name: string): StatsError {
  return new StatsError('SNAPSHOT_INVALID', `${name} is not a regular file`)
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof StatsError) throw error
    throw new StatsError('QUEUE_IO', `cannot read ${path}: ${(error as Error).message}`, {}, error)
  }
}
