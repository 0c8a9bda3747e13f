import { type Endpoint, StatsError } from '@haproxystats/core'
import { learnFields } from '../fields/tags.ts'
import { type AskOptions, converse } from './exchange.ts'
import type { ObjectFilter } from './object-search.ts'

/**
 * The line that asks what HAProxy itself says of the fields of a few objects. All three words of a filter are needed:
 * with fewer, HAProxy dumps everything. Nothing may follow the last command, not even a semicolon.
 */
export function typedCommand(objects: readonly ObjectFilter[]): string {
  return `${objects.map(({ iid, types, sid }) => `show stat ${iid} ${types} ${sid} typed`).join(';')}\n`
}

/**
 * Asks for the natures of the fields of these objects, on a connection of its own. Undefined when HAProxy answers, but
 * not in typed lines: it is older than 1.7, or the objects are gone. Rejects with one of the codes `SOURCE_*` or
 * `ANSWER_*`.
 */
export async function askTyped(
  source: string,
  endpoint: Endpoint,
  objects: readonly ObjectFilter[],
  options: AskOptions,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let received = 0
  await converse(source, endpoint, { line: typedCommand(objects) }, options, {
    received: () => received,
    take: (chunk) => {
      received += chunk.length
      chunks.push(Buffer.from(chunk))
      if (received > options.limit) throw tooLong(source, options.limit)
    },
  })
  const answer = Buffer.concat(chunks)
  const text = answer.toString('latin1')
  if (!text.endsWith('\n')) throw truncated(source, received)
  if (learnFields(text).size === 0) return undefined
  if (!text.endsWith('\n\n')) throw truncated(source, received)
  return answer
}

function tooLong(source: string, limit: number): StatsError {
  const text = `the answer of ${source} to show stat typed is longer than ${limit} bytes`
  return new StatsError('ANSWER_TOO_LARGE', text, { source, limit })
}

function truncated(source: string, bytes: number): StatsError {
  const text = `${source} closed the connection after ${bytes} bytes, before its answer to show stat typed was complete`
  return new StatsError('ANSWER_TRUNCATED', text, { source, bytes })
}
