import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FileSeal, manifestName, renderManifest, sealOf } from '@haproxystats/core'
import { answers } from './generate.ts'
import { type Load, type Release, type SizeName, sizes } from './sizes.ts'

/** One generated snapshot, kept as a directory from which others are linked. */
export interface Snapshot {
  /** `large-busy-2.6`. */
  readonly name: string
  readonly size: SizeName
  readonly directory: string
  /** All answers. */
  readonly bytes: number
}

/** The seed of everything that is generated. */
const seed = 20_260_101

/** Generates a snapshot as haproxystats-pull writes it, with its manifest; one that is there already is taken as it is. */
export function makeSnapshot(directory: string, size: SizeName, load: Load, release: Release = '2.6'): Snapshot {
  const name = `${size}-${load}-${release}`
  const path = join(directory, name)
  if (!isThere(path)) write(path, size, load, release)
  const files = readdirSync(path).filter((file) => file !== manifestName)
  const bytes = files.reduce((sum, file) => sum + statSync(join(path, file)).size, 0)
  return { name, size, directory: path, bytes }
}

function write(path: string, size: SizeName, load: Load, release: Release): void {
  mkdirSync(path, { recursive: true })
  const seals: Record<string, FileSeal> = {}
  for (const { source, info, stat } of answers({ size: sizes[size], load, release, seed })) {
    for (const [file, bytes] of [
      [`${source}_info`, info],
      [`${source}_stat`, stat],
    ] as const) {
      writeFileSync(join(path, file), bytes, { mode: 0o640 })
      seals[file] = sealOf(bytes)
    }
  }
  writeFileSync(join(path, manifestName), renderManifest({ files: seals }))
}

/** The manifest is written last. */
function isThere(path: string): boolean {
  return statSync(join(path, manifestName), { throwIfNoEntry: false }) !== undefined
}

/** The names of the files with `show stat`. */
export function statFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('_stat'))
    .map((file) => join(directory, file))
}

/** What one source would answer to `show info;show stat`. */
export function answerOf(directory: string, source: string): Buffer {
  return Buffer.concat(['_info', '_stat'].map((suffix) => readFileSync(join(directory, source + suffix))))
}

/** Makes the directory of a snapshot from links to its files, to be renamed into a queue. */
export function linkSnapshot(snapshot: Snapshot, path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o750 })
  for (const file of readdirSync(snapshot.directory)) linkSync(join(snapshot.directory, file), join(path, file))
}

/** Puts a snapshot into a queue as pull does, by one rename. */
export function publish(snapshot: Snapshot, base: string, time: number): void {
  const unfinished = join(base, 'incoming.tmp', String(time))
  linkSnapshot(snapshot, unfinished)
  renameSync(unfinished, join(base, 'incoming', String(time)))
}
