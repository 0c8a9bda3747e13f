import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestName, type PullReport, renderManifest, sealOf } from '@haproxystats/core'
import type { View } from '../../packages/process/src/http/live/view.ts'
import { ViewBuilder } from '../../packages/process/src/http/live/view-builder.ts'

/** What one source of a snapshot answered; any of it may be missing. */
export interface Answers {
  readonly info?: Uint8Array
  readonly stat?: Uint8Array
  readonly typed?: Uint8Array
}

/**
 * Writes a snapshot and builds its view. `_carried` is the source of counters of processes that ended; `pull` is what the
 * manifest says, which the snapshot has only then.
 */
export function snapshotView(
  sources: Readonly<Record<string, Answers>>,
  builder = new ViewBuilder({ 'startup-grace': 0 }),
  snapshot = 1_700_000_000,
  pull?: PullReport,
): View {
  const path = mkdtempSync(join(tmpdir(), 'hs-view-'))
  try {
    for (const [source, answers] of Object.entries(sources)) {
      for (const [kind, bytes] of Object.entries(answers)) writeFileSync(join(path, `${source}_${kind}`), bytes)
    }
    if (pull !== undefined) writeFileSync(join(path, manifestName), renderManifest({ files: sealsOf(sources), pull }))
    return builder.build(path, snapshot)
  } finally {
    rmSync(path, { recursive: true })
  }
}

function sealsOf(sources: Readonly<Record<string, Answers>>) {
  const files = Object.entries(sources).flatMap(([source, answers]) =>
    Object.entries(answers).map(([kind, bytes]) => [`${source}_${kind}`, sealOf(bytes)]),
  )
  return Object.fromEntries(files)
}
