import { type Facts, staleness } from '../types/facts.ts'
import { type Route, type RouteRequest, type RouteResponse, text } from '../types/route.ts'

/** Both report the state of the program only, and are answered without a password. */
export const healthRoutes: readonly Route[] = [
  {
    path: '/health',
    summary: 'Whether the program answers: 200.',
    answer: (request) => (is(request, 'health') ? text('ok') : undefined),
  },
  {
    path: '/ready',
    summary: 'Whether there are numbers, and not old ones: 200, else 503 with the reason.',
    answer: (request, facts) => (is(request, 'ready') ? readiness(facts) : undefined),
  },
]

function is({ segments }: RouteRequest, word: string): boolean {
  return segments.length === 1 && segments[0] === word
}

function readiness(facts: Facts): RouteResponse {
  if (facts.view === undefined) return text('no snapshot has been read yet', 503)
  const age = staleness(facts)
  return age === undefined ? text('ready') : text(`the newest snapshot is ${Math.round(age)} seconds old`, 503)
}
