import { missingSources } from '../../read/incomplete.ts'
import type { View } from '../live/view.ts'
import type { Facts } from '../types/facts.ts'
import { type RouteResponse, text } from '../types/route.ts'

/**
 * The header that names the sources that are missing in a response, and why; the formats of HAProxy have no place for
 * it.
 */
const incompleteHeader = 'Haproxystats-Incomplete'

/** A header is no place for more. */
const longestHeader = 1000

/** Answers from the newest view, or that there is none yet. */
export function fromView<Made extends RouteResponse | Promise<RouteResponse>>(
  { view, interval }: Facts,
  respond: (view: View) => Made,
): Made | RouteResponse {
  if (view !== undefined) {
    const response = respond(view)
    return response instanceof Promise ? response : marked(response, missingSources(view.pull))
  }
  const sentence = 'No snapshot has been read since the start; haproxystats-pull writes one every pull-interval.'
  return { ...text(sentence, 503), headers: { 'Retry-After': String(Math.max(1, Math.ceil(interval))) } }
}

function marked(answer: RouteResponse, missing: string | undefined): RouteResponse {
  if (missing === undefined) return answer
  const printable = missing.replace(/[^\x20-\x7e]/g, '?').slice(0, longestHeader)
  return { ...answer, headers: { ...answer.headers, [incompleteHeader]: printable } }
}
