import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Release, releases } from './sizes.ts'

export type RowKind = 'frontend' | 'backend' | 'server'

/** What a release prints: its columns, a recorded row of each kind, and `show info`. */
export interface Templates {
  readonly names: readonly string[]
  readonly rows: Readonly<Record<RowKind | 'checked', readonly string[]>>
  readonly info: string
}

/** The recorded rows that stand for all others: which cells are filled is theirs, what is in them is not. */
const recordedRows = {
  frontend: 'st,FRONTEND,',
  backend: 'st,BACKEND,',
  server: 'both,x,',
  /** With a health check, as the servers of a busy site have it. */
  checked: 'web,s1,',
} as const

/** Reads the recorded answers of a release. */
export function templatesOf(release: Release, fixtures = 'test/fixtures/answers'): Templates {
  const directory = join(fixtures, releases[release])
  const lines = readFileSync(join(directory, 'stat.txt'), 'latin1').split('\n')
  const row = (start: string) => {
    const line = lines.find((candidate) => candidate.startsWith(start))
    if (line === undefined) throw new Error(`${directory}/stat.txt has no row that begins with ${start}`)
    return line.split(',').slice(0, -1)
  }
  return {
    names: (lines[0] as string).slice(2, -1).split(','),
    rows: {
      frontend: row(recordedRows.frontend),
      backend: row(recordedRows.backend),
      server: row(recordedRows.server),
      checked: row(recordedRows.checked),
    },
    info: readFileSync(join(directory, 'info.txt'), 'latin1'),
  }
}
