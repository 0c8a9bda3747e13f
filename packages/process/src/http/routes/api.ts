import { nearestNames } from '../formats/nearest-names.ts'
import type { View } from '../live/view.ts'
import type { Facts } from '../types/facts.ts'
import { json, type Route, type RouteRequest, type RouteResponse } from '../types/route.ts'

/** Why a request to the API cannot be answered, with names that may have been meant. */
export class Refusal extends Error {
  readonly status: number
  readonly nearest: readonly string[]

  constructor(status: number, message: string, nearest: readonly string[] = []) {
    super(message)
    this.status = status
    this.nearest = nearest
  }

  /** Errors are JSON too. */
  response(): RouteResponse {
    return json({ error: this.message, nearest: this.nearest }, { status: this.status })
  }
}

export interface ApiRoute {
  /** What follows `/api/v1/`. */
  readonly name: string
  readonly summary: string
  /** The parameters that it knows; any other is refused. */
  readonly parameters: readonly string[]
  /** The same request has the same answer until the next snapshot. */
  readonly perSnapshot: boolean
  /** The body of the response, or a promise of it. @throws Refusal */
  readonly body: (request: RouteRequest, facts: Facts) => unknown
}

export function apiRoute({ name, summary, parameters, perSnapshot, body }: ApiRoute): Route {
  const path = name === '' ? '/api/v1' : `/api/v1/${name}`
  return {
    path,
    summary,
    answer: (request, facts) => {
      if (request.format !== '' || `/${request.segments.join('/')}` !== path) return undefined
      try {
        checkParameters(request, parameters)
        const made = body(request, facts)
        if (!(made instanceof Promise)) return json(made, { perSnapshot })
        return made.then((value) => json(value, { perSnapshot })).catch(refuse)
      } catch (error) {
        return refuse(error)
      }
    },
  }
}

function refuse(error: unknown): RouteResponse {
  if (error instanceof Refusal) return error.response()
  throw error
}

function checkParameters({ query }: RouteRequest, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue
    const expected = known.length === 0 ? 'none is expected' : `expected ${known.join(', ')}`
    throw new Refusal(400, `parameter ${quoted(name)} is unknown, ${expected}`, nearestNames(name, known))
  }
}

/** @throws Refusal as long as there is no snapshot. */
export function viewOrRefuse({ view }: Facts): View {
  if (view === undefined) throw new Refusal(503, 'no snapshot has been read yet')
  return view
}

/** At most this much of what was sent is shown. */
const longest = 100

/** What a client sent, fit for a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text)
}

/** JSON has no NaN. */
export const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
