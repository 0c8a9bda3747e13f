import { rowsByKind } from '../live/rows-by-kind.ts'
import type { RowKind, View } from '../live/view.ts'
import type { Facts } from '../types/facts.ts'
import { Exposition, type Format } from './exposition.ts'
import type { MetricsQuery, Scope } from './metrics-query.ts'
import { renderOwn } from './render-own.ts'
import { renderProcess } from './render-process.ts'
import { renderRows } from './render-rows.ts'
import { statMetricsOf } from './stat-metrics.ts'
import { stateMetrics } from './states.ts'

/** Bytes that most samples have; memory that is never written to costs nothing. */
const usualSample = 100

/**
 * Everything that is wanted, in one buffer. Before the first snapshot there are only metrics of haproxystats itself.
 */
export function render(facts: Facts, query: MetricsQuery, format: Format): Buffer {
  const { view } = facts
  const exposition = new Exposition(format, sizeOf(view, query))
  if (view !== undefined && query.scopes.has('global')) renderProcess(exposition, view, query)
  for (const kind of wantedKinds(query.scopes)) if (view !== undefined) renderRows(exposition, view, kind, query)
  if (query.scopes.has('haproxystats')) renderOwn(exposition, facts, query.wants)
  return exposition.finish()
}

function wantedKinds(scopes: ReadonlySet<Scope>): readonly RowKind[] {
  const order: readonly RowKind[] = ['frontend', 'listener', 'backend', 'server']
  return order.filter((kind) => scopes.has(kind))
}

function sizeOf(view: View | undefined, { scopes, extraCounters }: MetricsQuery): number {
  const rows = rowsByKind(view?.rows ?? [])
  const all = wantedKinds(scopes).reduce((sum, kind) => sum + rows[kind].length * samplesOf(kind, extraCounters), 0)
  return 64 * 1024 + all * usualSample
}

function samplesOf(kind: RowKind, extraCounters: boolean): number {
  const states = stateMetrics.filter(({ kinds }) => kinds.includes(kind))
  return states.reduce((sum, metric) => sum + metric.states(kind).length, statMetricsOf(kind, extraCounters).length)
}
