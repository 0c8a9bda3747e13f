import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { atMost } from '@haproxystats/core'
import { type Facts, json, type Route, type RouteRequest, type RouteResponse, text } from '../types/route.ts'
import { InFlight } from './in-flight.ts'
import { makeReady, type Ready, ResponseCache } from './response-cache.ts'

/** Nothing more is made while slow clients keep so many bytes. */
const usualInFlight = 256 * 1024 * 1024

export interface ResponderContext {
  readonly routes: readonly Route[]
  readonly facts: Facts
  readonly mostInFlight?: number | undefined
}

/** Makes answers: one at a time, each once until the next snapshot, and none while too many bytes are being sent. */
export class Responder {
  readonly #context: ResponderContext
  readonly #cache = new ResponseCache()
  readonly #inFlight = new InFlight()
  readonly #inTurn = atMost(1)

  constructor(context: ResponderContext) {
    this.#context = context
  }

  /** There is a newer snapshot. */
  refresh(): void {
    this.#cache.clear()
  }

  /** The answer of the first route that knows one. */
  now(request: RouteRequest): RouteResponse {
    const { routes, facts } = this.#context
    for (const route of routes) {
      const answer = route.answer(request, facts)
      if (answer !== undefined) return answer
    }
    const paths = routes.map(({ path }) => path)
    if (request.segments[0] === 'api') return json({ error: 'there is nothing here', paths }, { status: 404 })
    return text(`There is nothing here. What there is:\n${paths.map((path) => `  ${path}`).join('\n')}`, 404)
  }

  /** The same, when it is its turn. `key` names the request; `undefined` when the client is gone. */
  async ask(key: string, request: RouteRequest, response: ServerResponse): Promise<Ready | undefined> {
    return this.#cache.get(key) ?? this.#inTurn(() => this.#make(key, request, response))
  }

  /** An answer is kept in memory until its client has it. */
  sending(ready: Ready, response: ServerResponse): void {
    this.#inFlight.add(ready)
    response.once('close', () => this.#inFlight.remove(ready))
  }

  /** One answer in each turn of the event loop, so that a crowd does not keep the next snapshot from being read. */
  async #make(key: string, request: RouteRequest, response: ServerResponse): Promise<Ready | undefined> {
    await nextTurn()
    const known = this.#cache.get(key)
    if (known !== undefined || response.destroyed) return known
    if (this.#inFlight.bytes > (this.#context.mostInFlight ?? usualInFlight)) {
      return busy('Too much is being sent to slow clients')
    }
    const answer = this.now(request)
    const ready = makeReady(answer)
    if (answer.perSnapshot === true) this.#cache.add(key, ready)
    return ready
  }
}

/** For now; the same request may be answered in a second. */
export function busy(reason: string): Ready {
  return makeReady({ ...text(`${reason}; ask again.`, 503), headers: { 'Retry-After': '1' } })
}
