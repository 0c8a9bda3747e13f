import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FileSeal, manifestName, renderManifest, sealOf } from '@haproxystats/core'
import { answers } from './generate.ts'
import { type Load, type Release, type SizeName, sizes } from './sizes.ts'

/** One generated snapshot, kept in a directory; published snapshots are links to its files. */
export interface Snapshot {
  /** `large-busy-2.6`. */
  readonly name: string
  readonly size: SizeName
  readonly directory: string
}

/** The seed of all generated snapshots. */
const seed = 20_260_101

/** Generates a snapshot as haproxystats-pull writes it, with its manifest, unless it is there already. */
export function makeSnapshot(directory: string, size: SizeName, load: Load, release: Release = '2.6'): Snapshot {
  const name = `${size}-${load}-${release}`
  const path = join(directory, name)
  // The manifest is written last.
  if (!existsSync(join(path, manifestName))) write(path, size, load, release)
  return { name, size, directory: path }
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

/** The answer of one source to `show info;show stat`. */
export function answerOf(directory: string, source: string): Buffer {
  return Buffer.concat(['_info', '_stat'].map((suffix) => readFileSync(join(directory, source + suffix))))
}

/** Puts a snapshot, as links to its files, into a queue as pull does: by one rename. */
export function publish({ directory }: Snapshot, base: string, time: number): void {
  const unfinished = join(base, 'incoming.tmp', String(time))
  mkdirSync(unfinished, { recursive: true, mode: 0o750 })
  for (const file of readdirSync(directory)) linkSync(join(directory, file), join(unfinished, file))
  renameSync(unfinished, join(base, 'incoming', String(time)))
}
