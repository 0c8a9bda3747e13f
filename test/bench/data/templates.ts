import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Release, releases } from './sizes.ts'

/** The recorded rows that all others are made from, by their first cells: the filled cells are theirs, the values are not. */
const recordedRows = {
  frontend: 'st,FRONTEND,',
  backend: 'st,BACKEND,',
  server: 'both,x,',
  /** With a health check, as the servers of a busy machine have it. */
  checked: 'web,s1,',
} as const

export type RowKind = Exclude<keyof typeof recordedRows, 'checked'>

/** What a release prints: its columns, a recorded row of each kind, and `show info`. */
export interface Templates {
  readonly names: readonly string[]
  readonly rows: Readonly<Record<keyof typeof recordedRows, readonly string[]>>
  readonly info: string
}

/** Reads the recorded answers of a release. */
export function templatesOf(release: Release): Templates {
  const directory = join('test/fixtures/answers', releases[release])
  const lines = readFileSync(join(directory, 'stat.txt'), 'latin1').split('\n')
  const row = (start: string) => {
    const line = lines.find((candidate) => candidate.startsWith(start))
    if (line === undefined) throw new Error(`${directory}/stat.txt has no row that begins with ${start}`)
    return line.split(',').slice(0, -1)
  }
  const rows = Object.fromEntries(Object.entries(recordedRows).map(([kind, start]) => [kind, row(start)]))
  return {
    names: (lines[0] as string).slice(2, -1).split(','),
    rows: rows as Record<keyof typeof recordedRows, string[]>,
    info: readFileSync(join(directory, 'info.txt'), 'latin1'),
  }
}
