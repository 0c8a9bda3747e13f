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

export interface Manifest {
  readonly files: Readonly<Record<string, FileSeal>>
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
  const files = (found as Manifest | null)?.files
  if (typeof files !== 'object' || files === null) return false
  return Object.values(files).every((seal) => typeof seal?.bytes === 'number' && typeof seal.crc32 === 'number')
}
