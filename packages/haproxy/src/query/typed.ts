import { type Endpoint, StatsError } from '@haproxystats/core'
import { learnFields } from '../fields/tags.ts'
import { exchangeText, truncatedAnswer } from './exchange.ts'
import type { ObjectFilter } from './object-filters.ts'
import type { QueryOptions } from './query.ts'

/**
 * The line that queries the types of the fields of a few objects. All three arguments of a filter are needed: with fewer,
 * HAProxy dumps everything. Nothing may follow the last command, not even a semicolon.
 */
export function typedCommand(objects: readonly ObjectFilter[]): string {
  return `${objects.map(({ iid, types, sid }) => `show stat ${iid} ${types} ${sid} typed`).join(';')}\n`
}

/**
 * Queries the types of the fields of these objects, on a connection of its own. Undefined when the answer is not in typed
 * lines: HAProxy is older than 1.7, or the objects are gone. Rejects with a code `SOURCE_*` or `ANSWER_*`.
 */
export async function queryTyped(
  source: string,
  endpoint: Endpoint,
  objects: readonly ObjectFilter[],
  options: QueryOptions,
): Promise<Buffer | undefined> {
  const { limit } = options
  const tooLong = () => {
    const text = `the answer of ${source} to show stat typed is longer than ${limit} bytes`
    return new StatsError('ANSWER_TOO_LARGE', text, { source, limit })
  }
  const command = { line: typedCommand(objects) }
  const text = await exchangeText(source, endpoint, command, options, { limit, tooLong })
  if (!text.endsWith('\n')) throw truncatedAnswer(source, 'show stat typed', text.length)
  if (learnFields(text).size === 0) return undefined
  if (!text.endsWith('\n\n')) throw truncatedAnswer(source, 'show stat typed', text.length)
  return Buffer.from(text, 'latin1')
}
