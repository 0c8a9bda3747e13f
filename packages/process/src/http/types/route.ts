import type { Facts } from './facts.ts'

/** A request as routes see it. GET or HEAD; the server has checked the credentials. */
export interface RouteRequest {
  /** Decoded segments of the path: `/f/www/scur` is `['f', 'www', 'scur']`. What follows the first `;` is not in it. */
  readonly segments: readonly string[]
  /** What follows the first `;` of the path, as in `/stats;csv`: `csv`. */
  readonly format: string
  readonly query: URLSearchParams
  /** The header `Accept`. */
  readonly accept: string
}

/**
 * What a route answers. The server adds everything that all answers have: length, ETag, compression, security headers.
 */
export interface RouteResponse {
  /** 200 unless given. */
  readonly status?: number
  readonly type: string
  readonly body: string | Uint8Array
  /** The same request has the same answer until the next snapshot: made once for all who ask. */
  readonly perSnapshot?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

export interface Route {
  /** For the index of the API and the manual: `/f/<frontend>/<field>`. */
  readonly path: string
  readonly summary: string
  /** `undefined`: the request is for another route. */
  answer(request: RouteRequest, facts: Facts): RouteResponse | Promise<RouteResponse> | undefined
}

export function text(body: string, status = 200): RouteResponse {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` }
}

export function json(body: unknown, options: Partial<RouteResponse> = {}): RouteResponse {
  return { type: 'application/json', body: `${JSON.stringify(body)}\n`, ...options }
}
