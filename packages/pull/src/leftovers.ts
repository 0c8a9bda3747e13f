import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isSnapshotName } from '@haproxystats/core'

/**
 * Removes what a killed run left in `tmp-dst-dir`: everything named as a snapshot is, and nothing else. Links are removed,
 * not followed. Returns the names.
 */
export async function removeLeftovers(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter(isSnapshotName)
  for (const name of names) await rm(join(directory, name), { recursive: true, force: true })
  return names
}
