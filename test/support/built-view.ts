import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { View } from '../../packages/process/src/http/live/view.ts'
import { ViewBuilder } from '../../packages/process/src/http/live/view-builder.ts'

/** What one process answered; bytes, or text with a byte a character. */
export interface Answers {
  readonly info?: Buffer | string
  readonly stat: Buffer | string
}

/** The view of a snapshot with these answers, by the name of their source. */
export function viewOf(sources: Readonly<Record<string, Answers>>, snapshot = 1_700_000_000): View {
  const top = mkdtempSync(join(tmpdir(), 'hs-view-'))
  try {
    const path = join(top, String(snapshot))
    mkdirSync(path)
    for (const [source, { info, stat }] of Object.entries(sources)) {
      if (info !== undefined) writeFileSync(join(path, `${source}_info`), info, 'latin1')
      writeFileSync(join(path, `${source}_stat`), stat, 'latin1')
    }
    return new ViewBuilder({ 'startup-grace': 0 }).build(path, snapshot)
  } finally {
    rmSync(top, { recursive: true })
  }
}
