import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { atMost } from '@haproxystats/core'
import type { Facts } from '../types/facts.ts'
import { json, type Route, type RouteRequest, type RouteResponse, text } from '../types/route.ts'
import { type PreparedResponse, prepareResponse } from './prepared-response.ts'

/** Responses of one snapshot that are kept at most, and their bytes: 10,000 servers for Prometheus are 93 MB. */
const mostKept = 128
const mostKeptBytes = 256 * 1024 * 1024

/** Nothing more is made while slow clients keep so many bytes. */
const usualInFlight = 256 * 1024 * 1024

export interface ResponderContext {
  readonly routes: readonly Route[]
  readonly facts: Facts
  readonly mostInFlight?: number | undefined
}

/** In an object, so that a response that has to be waited for keeps no other request waiting. */
interface Made {
  readonly made: PreparedResponse | Promise<PreparedResponse> | undefined
}

/**
 * Makes responses: one at a time, each once until the next snapshot (made, hashed and compressed for all who ask), and
 * none while too many bytes are being sent.
 */
export class Responder {
  readonly #context: ResponderContext
  readonly #inTurn = atMost(1)
  #kept = new Map<string, PreparedResponse>()
  #keptBytes = 0
  /** Responses that are being sent, with the number of clients that get each. */
  readonly #inFlight = new Map<PreparedResponse, number>()
  #inFlightBytes = 0

  constructor(context: ResponderContext) {
    this.#context = context
  }

  /** There is a newer snapshot. */
  refresh(): void {
    this.#kept = new Map()
    this.#keptBytes = 0
  }

  /** The response of the first route that knows one. */
  now(request: RouteRequest): RouteResponse | Promise<RouteResponse> {
    const { routes, facts } = this.#context
    for (const route of routes) {
      const response = route.answer(request, facts)
      if (response !== undefined) return response
    }
    const paths = routes.map(({ path }) => path)
    if (request.segments[0] === 'api') return json({ error: 'there is nothing here', paths }, { status: 404 })
    return text(`There is nothing here. What there is:\n${paths.map((path) => `  ${path}`).join('\n')}`, 404)
  }

  /** The same, when it is its turn. `key` names the request; `undefined` when the client is gone. */
  async ask(key: string, request: RouteRequest, client: ServerResponse): Promise<PreparedResponse | undefined> {
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const { made } = await this.#inTurn(() => this.#make(key, request, client))
    return made
  }

  /** A response is kept in memory until its client has it. */
  sending(prepared: PreparedResponse, client: ServerResponse): void {
    const clients = this.#inFlight.get(prepared) ?? 0
    if (clients === 0) this.#inFlightBytes += prepared.body.length
    this.#inFlight.set(prepared, clients + 1)
    client.once('close', () => this.#sent(prepared))
  }

  #sent(prepared: PreparedResponse): void {
    const clients = (this.#inFlight.get(prepared) ?? 0) - 1
    if (clients > 0) this.#inFlight.set(prepared, clients)
    else if (this.#inFlight.delete(prepared)) this.#inFlightBytes -= prepared.body.length
  }

  /** One response in each turn of the event loop, so that a crowd does not keep the next snapshot from being read. */
  async #make(key: string, request: RouteRequest, client: ServerResponse): Promise<Made> {
    await nextTurn()
    const known = this.#kept.get(key)
    if (known !== undefined || client.destroyed) return { made: known }
    if (this.#inFlightBytes > (this.#context.mostInFlight ?? usualInFlight)) {
      return { made: busy('Too much is being sent to slow clients') }
    }
    const { view } = this.#context.facts
    const keep = (response: RouteResponse) => {
      const prepared = prepareResponse(response)
      // While it was waited for there may have been another snapshot.
      if (response.perSnapshot === true && view === this.#context.facts.view) this.#keep(key, prepared)
      return prepared
    }
    const response = this.now(request)
    return { made: response instanceof Promise ? response.then(keep) : keep(response) }
  }

  #keep(key: string, prepared: PreparedResponse): void {
    if (this.#kept.size >= mostKept || this.#keptBytes + prepared.body.length > mostKeptBytes) return
    this.#kept.set(key, prepared)
    this.#keptBytes += prepared.body.length
  }
}

/** For now; the same request may be answered in a second. */
export function busy(reason: string): PreparedResponse {
  return prepareResponse({ ...text(`${reason}; ask again.`, 503), headers: { 'Retry-After': '1' } })
}
