import { carriedSource, isAddition, type PullReport, twiceSource } from '@haproxystats/core/snapshot'
import { peakColumn, peakCounters } from '@haproxystats/haproxy/read'
import type { Column } from './column.ts'

/** Whether Graphite and files get an addition: with `[pull] counters = raw`, what is carried over is for [http] alone. */
export function isDelivered(source: string, pull: PullReport | undefined): boolean {
  return source === twiceSource || (source === carriedSource && pull?.counters !== 'raw')
}

const peaks: ReadonlySet<string> = new Set(peakCounters)

/**
 * The columns of a table as an addition to a snapshot has them: sums under the same name, what a maximum must not fall below under
 * one of its own, and nothing of all others.
 */
export function columnsOfAddition(columns: readonly Column[]): Column[] {
  return columns.map((column) => {
    const name = column.cell ?? column.field
    if (column.merge === 'sum') return column
    return { ...column, cell: column.merge === 'max' && peaks.has(name) ? peakColumn(name) : '' }
  })
}

/** The sources of a snapshot, and what is added to them. */
export function withoutAdditions<Files extends { readonly source: string }>(
  found: readonly Files[],
): { sources: Files[]; additions: Files[] } {
  return {
    sources: found.filter(({ source }) => !isAddition(source)),
    additions: found.filter(({ source }) => isAddition(source)),
  }
}
