import type { PullReport } from '@haproxystats/core/snapshot'

/** So many sources are named at most. */
const mostNamed = 3

/** Which sources did not answer, and why, when not all that are there have; `undefined` when they have, or nothing tells. */
export function missingSources(pull: PullReport | undefined): string | undefined {
  if (pull === undefined || pull.complete) return undefined
  const failed = pull.sources.filter(({ result }) => result === 'failed')
  if (failed.length === 0) return 'not all sources could be found'
  const named = failed.slice(0, mostNamed).map(({ source, error }) => error ?? `${source} did not answer`)
  const more = failed.length - named.length
  return `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
