import { StatsError } from '@haproxystats/core'
import {
  type Count,
  type Counts,
  infoCounters,
  type ProcessCounters,
  RowCounters,
  statCounters,
} from '@haproxystats/haproxy'
import type { Source, SourceResult } from '../../packages/pull/src/sources/source.ts'

/** The result of asking one process; by default it answered. */
export interface Asked {
  /** The address; that of the master for a worker. */
  readonly text: string
  readonly worker?: number
  readonly version?: string
  readonly pid?: number
  readonly started?: number
  readonly uptime?: number
  readonly counters?: ProcessCounters
  readonly outcome?: 'failed' | 'gone' | 'stale'
}

export function outcomeOf({ text, worker, counters, outcome, ...facts }: Asked): SourceResult {
  const source: Source = {
    name: text,
    text: worker === undefined ? text : `${text} @!${worker}`,
    address: { kind: 'unix', path: '/a' },
    discovered: false,
    ...(worker !== undefined && { worker: { pid: worker, master: text } }),
  }
  const effort = { source, seconds: 0, retries: 0 }
  if (outcome === 'failed') return { ...effort, outcome, error: new StatsError('SOURCE_TIMEOUT', 'slow') }
  if (outcome !== undefined) return { ...effort, outcome }
  const unknown = { version: '2.6', pid: Number.NaN, started: Number.NaN, uptime: Number.NaN, number: 1 }
  const files = undefined as never
  return { ...effort, outcome: 'answered', files, facts: { ...unknown, ...facts }, ...(counters && { counters }) }
}

/** Counts by their names, of objects or, with `infoCounters`, of a process. */
export function countsBy(values: Readonly<Record<string, Count>>, names: readonly string[] = statCounters): Counts {
  const counts: Counts = []
  for (const [name, value] of Object.entries(values)) {
    const index = names.indexOf(name)
    if (index < 0) throw new Error(`${name} is no counter`)
    while (counts.length <= index) counts.push(undefined)
    counts[index] = value || undefined
  }
  return counts
}

/** The counters of a process, by names. */
export function countersBy(
  info: Readonly<Record<string, Count>>,
  objects: Readonly<Record<string, Readonly<Record<string, Count>>>>,
): ProcessCounters {
  const entries = Object.entries(objects).map(([key, values]) => [key, countsBy(values)] as const)
  return { info: countsBy(info, infoCounters), objects: RowCounters.from(entries) }
}

/** One count by its name; 0 where there is none. */
export function countOf(counts: Counts | undefined, name: string): number {
  return Number(counts?.[statCounters.indexOf(name)] ?? 0)
}
