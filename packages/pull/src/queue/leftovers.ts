import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Conditions, isSnapshotName, reasonOf } from '@haproxystats/core'
import type { Context } from '../query/context.ts'

/**
 * Removes what a killed run left in `tmp-dst-dir`: everything named as a snapshot is, and nothing else. Links are removed,
 * not followed. Returns the names.
 */
export async function removeLeftovers(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter(isSnapshotName)
  for (const name of names) await rm(join(directory, name), { recursive: true, force: true })
  return names
}

const leftoverKey = 'leftover'

/** Says once that something in `tmp-dst-dir` could not be removed; `clearAway` will. */
export function reportLeftover(changes: Conditions, error: unknown): void {
  const kind = (error as NodeJS.ErrnoException).code ?? ''
  const text = `${reasonOf(error)}; trying again before the next pull`
  changes.begin(leftoverKey, { level: 'error', kind, text })
}

/** Removes what could not be removed after an earlier pull. */
export async function clearAway({ options, changes }: Context): Promise<void> {
  if (changes.kind(leftoverKey) === undefined) return
  await removeLeftovers(options['tmp-dst-dir'])
  changes.end(leftoverKey, () => 'all unfinished snapshots are removed')
}
