import { join } from 'node:path'
import { type Logger, readRegularFile, reasonOf, replaceFile, StatsError } from '@haproxystats/core'
import type { OffsetState } from './counter-offsets.ts'
import { parseOffsets } from './parse-offsets.ts'
import { renderOffsets } from './render-offsets.ts'

/** Where counter offsets are kept between runs. */
export function offsetsPath(baseDirectory: string): string {
  return join(baseDirectory, 'haproxystats-pull.counters')
}

/** The largest file that is read, in bytes. */
const largest = 512 * 1024 ** 2

/** What earlier runs kept; undefined when there is nothing, or, which is logged, when it is damaged. */
export async function readOffsets(path: string, log: Logger): Promise<OffsetState | undefined> {
  try {
    return parseOffsets(readRegularFile(path, largest))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const text = `cannot read ${path}: ${reasonOf(error)}; counters of processes that ended before now are lost, and sums over processes fall`
    log.error({ file: path }, text)
    return undefined
  }
}

/**
 * Puts the state in the place of the one before, in one step that survives a power cut. Rejects with `SNAPSHOT_PUBLISH`: a
 * snapshot that says more than is kept must not be published.
 */
export async function writeOffsets(path: string, state: OffsetState, fsync: boolean): Promise<void> {
  try {
    await replaceFile(path, renderOffsets(state), { sync: fsync })
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? ''
    const text = `cannot write ${path}, which keeps the counters of ended processes: ${reasonOf(error)}`
    throw new StatsError('SNAPSHOT_PUBLISH', text, { errno }, error)
  }
}
