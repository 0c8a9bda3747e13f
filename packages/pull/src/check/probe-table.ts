import type { StatsError } from '@haproxystats/core'
import type { Level, ProcessFacts } from '@haproxystats/haproxy'
import type { Source } from '../sources/source.ts'

/** The result of one source, or of one worker of it. */
export interface Probe {
  readonly source: string
  /** The source itself, if it answered. */
  readonly of?: Source
  readonly facts?: ProcessFacts
  readonly level?: Level | undefined
  readonly rows?: number
  readonly milliseconds?: number
  readonly error?: StatsError
  /** It does not count: the same process as another source, or no stats socket. */
  readonly ignored?: boolean
  /** What a person should change. */
  readonly advice?: string
}

/** Errors of the system for missing permission. */
const denied = new Set<unknown>(['EACCES', 'EPERM'])

const columns: readonly { readonly name: string; readonly of: (probe: Probe) => string }[] = [
  { name: 'source', of: ({ source }) => source },
  { name: 'reachable', of: ({ error }) => (error?.code === 'SOURCE_CONNECT' ? 'no' : 'yes') },
  { name: 'permission', of: ({ error }) => permission(error) },
  { name: 'level', of: ({ level }) => level ?? '-' },
  { name: 'version', of: ({ facts }) => facts?.version ?? '-' },
  { name: 'pid', of: ({ facts }) => shown(facts?.pid) },
  { name: 'rows', of: ({ rows }) => shown(rows) },
  { name: 'latency', of: ({ milliseconds }) => (milliseconds === undefined ? '-' : `${milliseconds.toFixed(1)} ms`) },
]

function permission(error: StatsError | undefined): string {
  if (error === undefined) return 'yes'
  if (denied.has(error.details['errno'])) return 'denied'
  return error.details['status'] === 401 || /Permission denied/.test(error.message) ? 'denied' : '-'
}

function shown(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '-' : String(value)
}

/** The table, and below it what is wrong and what to change. */
export function renderProbes(probes: readonly Probe[]): string {
  const rows = [columns.map(({ name }) => name), ...probes.map((probe) => columns.map(({ of }) => of(probe)))]
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  )
  const remarks = probes.flatMap(({ source, error, advice }) => {
    const text = [error?.message.startsWith(source) ? error.message : error && `${source}: ${error.message}`, advice]
    const parts = text.filter((part) => part !== undefined)
    return parts.length === 0 ? [] : `${error === undefined ? `${source}: ` : ''}${parts.join('; ')}`
  })
  return `${[...lines, ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n')}\n`
}
