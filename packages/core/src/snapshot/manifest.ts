import { crc32 } from 'node:zlib'

/**
 * The file in every snapshot that says what haproxystats-pull wrote into it, so that a file that was damaged or lost on
 * disk is not taken for what HAProxy said. Snapshots without it (of haproxystats 0.5.2, or made by hand) are taken as
 * they are.
 */
export const manifestName = '_pull'

/** Size and checksum (CRC-32) of one file. */
export interface FileSeal {
  readonly bytes: number
  readonly crc32: number
}

/** What came of reading one place HAProxy answers; a worker behind a master is one of its own. */
export interface SourceReport {
  /** What its files are called, without suffix. */
  readonly name: string
  /** Its address, without secrets. */
  readonly source: string
  /**
   * `stale`: nobody listens on a socket that is still there; `gone`: a worker that had ended or, of a past reload,
   * has no row any more; `duplicate`: the process that was read as `same`; `foreign`: the socket answers, but is no stats socket (`error` says what it is). Only `failed` is a
   * failure.
   */
  readonly result: 'answered' | 'stale' | 'gone' | 'duplicate' | 'foreign' | 'failed'
  readonly seconds: number
  readonly bytes: number
  /** Attempts to connect beyond the first. */
  readonly retries: number
  readonly pid?: number
  /** Of a duplicate: the name of the source whose answer is in the snapshot. */
  readonly same?: string
  /** Why it failed. */
  readonly code?: string
  readonly error?: string
}

/** What came of one pull. */
export interface PullReport {
  /** From the first question to the last answer. */
  readonly seconds: number
  /** Whether every source that is there has answered. */
  readonly complete: boolean
  /** What `[pull] counters` says: with `raw`, what is carried over is served by [http] alone. Absent in snapshots of older releases. */
  readonly counters?: 'raw' | 'monotonic'
  /** What HAProxy was asked to leave out (`leave-out`). */
  readonly leftOut?: readonly string[]
  readonly sources: readonly SourceReport[]
}

export interface Manifest {
  readonly files: Readonly<Record<string, FileSeal>>
  /** Absent in snapshots of older releases. */
  readonly pull?: PullReport
}

/** The seal of a file while it is written: `seal = sealOf(bytes, seal)`. */
export function sealOf(bytes: Uint8Array, before: FileSeal = { bytes: 0, crc32: 0 }): FileSeal {
  return { bytes: before.bytes + bytes.length, crc32: crc32(bytes, before.crc32) }
}

export function renderManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest)}\n`
}

/** The manifest in these bytes; `undefined` when they are not one. */
export function parseManifest(bytes: Uint8Array): Manifest | undefined {
  try {
    const found: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isManifest(found) ? found : undefined
  } catch {
    return undefined
  }
}

function isManifest(found: unknown): found is Manifest {
  const { files, pull } = (found as Manifest | null) ?? {}
  if (typeof files !== 'object' || files === null) return false
  if (pull !== undefined && !isReport(pull)) return false
  return Object.values(files).every((seal) => typeof seal?.bytes === 'number' && typeof seal.crc32 === 'number')
}

function isReport(pull: PullReport | null): boolean {
  if (typeof pull?.seconds !== 'number' || typeof pull.complete !== 'boolean' || !Array.isArray(pull.sources))
    return false
  return pull.sources.every(
    (source: SourceReport | null) =>
      typeof source?.result === 'string' &&
      [source.seconds, source.bytes, source.retries].every((value) => typeof value === 'number'),
  )
}
