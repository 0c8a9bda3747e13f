import type { Format } from './exposition.ts'

interface Range {
  readonly type: string
  readonly version: string | undefined
  readonly quality: number
}

/** No client names more; looking at all that fit a header takes longer than many answers. */
const mostRanges = 64

/** Versions of OpenMetrics that one answer fits: it has nothing that 0.0.1 did not have. */
const openMetricsVersions: readonly (string | undefined)[] = [undefined, '1.0.0', '0.0.1']

/**
 * The form that a header `Accept` asks for: OpenMetrics when it is named and not liked less than text; text for
 * everything else, as HAProxy's exporter does whatever it is asked for.
 */
export function formatFor(accept: string): Format {
  const ranges = accept.split(',', mostRanges).map(rangeOf)
  const best = (fits: (range: Range) => boolean) => Math.max(0, ...ranges.filter(fits).map(({ quality }) => quality))
  const openMetrics = best(
    ({ type, version }) => type === 'application/openmetrics-text' && openMetricsVersions.includes(version),
  )
  const text = best(({ type }) => type === 'text/plain' || type === 'text/*')
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text'
}

function rangeOf(text: string): Range {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim().toLowerCase())
  const parameters = new Map(rest.map((part) => part.split('=').map((word) => word.trim()) as [string, string]))
  const quality = Number(parameters.get('q') ?? 1)
  return { type, version: parameters.get('version'), quality: Number.isNaN(quality) ? 0 : quality }
}
