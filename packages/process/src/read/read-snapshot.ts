import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  infoSuffix,
  type Manifest,
  manifestName,
  parseManifest,
  StatsError,
  sealOf,
  statSuffix,
  typedSuffix,
} from '@haproxystats/core/snapshot'
import { answerLimits } from '@haproxystats/haproxy/read'

const kinds = { info: infoSuffix, stat: statSuffix, typed: typedSuffix } as const
type Kind = keyof typeof kinds

/** One source's answers as they were written. Any may be missing. */
export interface SourceFiles {
  readonly source: string
  readonly info: Uint8Array | undefined
  readonly typed: Uint8Array | undefined
  readonly stat: StatFile | undefined
}

/** The large one, read when it is its turn. Both throw as `readSnapshot` does. */
export interface StatFile {
  /** Enough of it for the first line; not checked yet. */
  head(): Uint8Array
  /** All of it, valid until the next file is read into the same memory. */
  read(): Uint8Array
}

/** Memory that is used again for one file after the other: new memory for each took as long as reading. */
export class ReadMemory {
  #bytes = new Uint8Array(0)

  take(size: number): Uint8Array {
    if (size > this.#bytes.length) this.#bytes = new Uint8Array(Math.ceil(1.1 * size))
    return this.#bytes.subarray(0, size)
  }
}

/** The first line has at most about 4,000 bytes. */
const headSize = 64 * 1024

/** What `readdir` puts for bytes of a name that are not UTF-8: such a file cannot be opened by it. */
const notUtf8 = '\ufffd'

/** No answer of the kind is as large; a file that is would be read into memory whole. */
const largest: Readonly<Record<Kind | 'manifest', number>> = {
  info: answerLimits.infoBytes,
  stat: 1024 ** 3,
  typed: answerLimits.typedBytes,
  // About 250 bytes for each source.
  manifest: 4 * 1024 ** 2,
}

/**
 * Opens the files of one snapshot, by source, in the order of their names. `onManifest` gets what haproxystats-pull says of
 * it. Links and everything else that is not a
 * regular file are refused; files of other names are somebody else's.
 *
 * @throws SNAPSHOT_INVALID when there is nothing in it and haproxystats-pull does not say why, or something in it must not be read; QUEUE_IO when reading fails.
 */
export function readSnapshot(
  path: string,
  memory = new ReadMemory(),
  onManifest: (manifest: Manifest) => void = () => undefined,
): SourceFiles[] {
  const sources = new Map<string, { -readonly [K in Kind]?: SourceFiles[K] }>()
  const owners = ownersOf(path)
  const names = reading(path, () => readdirSync(path)).sort()
  const manifest = names.includes(manifestName) ? readManifest(path, owners) : undefined
  if (manifest !== undefined) onManifest(manifest)
  for (const name of Object.keys(manifest?.files ?? {})) {
    if (!names.includes(name)) throw new StatsError('SNAPSHOT_INVALID', `${name} is missing, which was written`)
  }
  for (const name of names) {
    const kind = (Object.keys(kinds) as Kind[]).find((candidate) => name.endsWith(kinds[candidate]))
    if (kind === undefined) continue
    if (name.includes(notUtf8)) throw new StatsError('SNAPSHOT_INVALID', `${name} is a name that is not UTF-8`)
    const source = name.slice(0, -kinds[kind].length)
    const whole = (into?: ReadMemory) => {
      const bytes = readFile({ path, name, owners }, largest[kind], into)
      if (manifest !== undefined) checkSeal(name, bytes, manifest)
      return bytes
    }
    const head = () => readFile({ path, name, owners }, largest[kind], undefined, headSize)
    const found = kind === 'stat' ? { stat: { head, read: () => whole(memory) } } : { [kind]: whole() }
    sources.set(source, { ...sources.get(source), ...found })
  }
  const found = [...sources].map(([source, { info, stat, typed }]) => ({ source, info, stat, typed }))
  const answers = found.filter(({ info, stat }) => info !== undefined || stat !== undefined)
  if (answers.length === 0 && manifest?.pull === undefined)
    throw new StatsError('SNAPSHOT_INVALID', 'holds no files with answers of HAProxy')
  return answers
}

/** Who may have written a snapshot: we, root, or whom the queue belongs to. */
function ownersOf(path: string): ReadonlySet<number> {
  const queue = reading(path, () => statSync(dirname(path)))
  const owners = new Set([queue.uid, 0, process.geteuid?.() ?? 0])
  const { uid } = reading(path, () => statSync(path))
  if (!owners.has(uid)) throw foreign('the directory', uid)
  return owners
}

function foreign(name: string, uid: number): StatsError {
  return new StatsError('SNAPSHOT_INVALID', `${name} belongs to another user (uid ${uid})`)
}

function readManifest(path: string, owners: ReadonlySet<number>): Manifest {
  const manifest = parseManifest(readFile({ path, name: manifestName, owners }, largest.manifest))
  if (manifest === undefined) throw new StatsError('SNAPSHOT_INVALID', `${manifestName} is damaged`)
  return manifest
}

/** A file that is not as it was written. */
function checkSeal(name: string, bytes: Uint8Array, { files }: Manifest): void {
  const seal = Object.hasOwn(files, name) ? files[name] : undefined
  if (seal === undefined) throw new StatsError('SNAPSHOT_INVALID', `${name} was not written by haproxystats-pull`)
  const found = sealOf(bytes)
  if (found.bytes === seal.bytes && found.crc32 === seal.crc32) return
  const message = `${name} is not as it was written: ${found.bytes} bytes of ${seal.bytes}, checksum ${found.crc32} not ${seal.crc32}`
  throw new StatsError('SNAPSHOT_INVALID', message)
}

/** A file of a snapshot, and who may have written it. */
interface FileOfSnapshot {
  readonly path: string
  readonly name: string
  readonly owners: ReadonlySet<number>
}

/** The first `part` bytes of a file, all of it unless told; it may have `most`. */
function readFile(
  { path: directory, name, owners }: FileOfSnapshot,
  most: number,
  memory = new ReadMemory(),
  part = most,
): Uint8Array {
  const path = join(directory, name)
  return reading(path, () => {
    const descriptor = openRegular(path, name, owners)
    try {
      const { size } = fstatSync(descriptor)
      if (size > most) {
        const message = `${name} is larger than any answer of its kind: ${size} bytes, where ${most} are the most`
        throw new StatsError('SNAPSHOT_INVALID', message, { size })
      }
      const bytes = memory.take(Math.min(size, part))
      let length = 0
      while (length < bytes.length) {
        const read = readSync(descriptor, bytes, length, bytes.length - length, null)
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
function openRegular(path: string, name: string, owners: ReadonlySet<number>): number {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ELOOP' || code === 'ENXIO') throw notRegular(name)
    throw error
  }
  const stats = fstatSync(descriptor)
  if (stats.isFile() && owners.has(stats.uid)) return descriptor
  closeSync(descriptor)
  throw stats.isFile() ? foreign(name, stats.uid) : notRegular(name)
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
