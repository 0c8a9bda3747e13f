import { didYouMean } from '@haproxystats/core'
import type { View } from '../live/view.ts'
import { formatFor } from '../metrics/accept.ts'
import { contentTypes } from '../metrics/exposition.ts'
import { type MetricsQuery, parseMetricsQuery } from '../metrics/metrics-query.ts'
import { render } from '../metrics/render.ts'
import { type Route, text } from '../types/route.ts'

/** For Prometheus, by the names and parameters of HAProxy's own exporter. */
export const metrics: Route = {
  path: '/metrics',
  summary: 'All metrics for Prometheus, as HAProxy itself names them, in its text format or OpenMetrics.',
  answer({ segments, format, query: parameters, accept }, facts) {
    if (segments.length !== 1 || segments[0] !== 'metrics' || format !== '') return undefined
    const query = parseMetricsQuery(parameters)
    if (typeof query === 'string') return text(query, 400)
    const missing = missingProcess(query, facts.view)
    if (missing !== undefined) return text(missing, 404)
    const exposition = formatFor(accept)
    return {
      type: contentTypes[exposition],
      body: render(facts, query, exposition),
      perSnapshot: facts.view !== undefined && !onlyOwn(query),
    }
  },
}

/** Metrics of the program alone are small and always fresh; beside rows they are as old as those. */
function onlyOwn({ scopes }: MetricsQuery): boolean {
  return scopes.size === 1 && scopes.has('haproxystats')
}

function missingProcess({ processes }: MetricsQuery, view: View | undefined): string | undefined {
  if (view === undefined) return undefined
  const known = view.sources.flatMap(({ name, info }) => (info === undefined ? [] : [name]))
  const missing = processes.find((name) => name !== '*' && !known.includes(name))
  if (missing === undefined) return undefined
  const guess = didYouMean(missing, known)
  const rest = guess === undefined ? `there are: ${[...known, '*'].join(', ')}` : guess
  return `no process ${JSON.stringify(missing)} has a show info in the newest snapshot; ${rest}`
}
