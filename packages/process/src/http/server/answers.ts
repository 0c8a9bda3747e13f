import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { atMost } from '@haproxystats/core'
import { type Answer, type Facts, json, type Question, type Route, text } from '../routes/route.ts'
import { AnswerCache, makeReady, type Ready } from './cache.ts'
import { InFlight } from './in-flight.ts'

/** Nothing more is made while slow clients keep so many bytes. */
const usualInFlight = 256 * 1024 * 1024

export interface AnswersContext {
  readonly routes: readonly Route[]
  readonly facts: Facts
  readonly mostInFlight?: number | undefined
}

/** In an object, so that nobody awaits it. */
interface Made {
  readonly made: Ready | Promise<Ready> | undefined
}

/** Makes answers: one at a time, each once until the next snapshot, and none while too many bytes are being sent. */
export class Answers {
  readonly #context: AnswersContext
  readonly #cache = new AnswerCache()
  readonly #inFlight = new InFlight()
  readonly #inTurn = atMost(1)

  constructor(context: AnswersContext) {
    this.#context = context
  }

  /** There is a newer snapshot. */
  refresh(): void {
    this.#cache.clear()
  }

  /** The answer of the first route that knows one. */
  now(question: Question): Answer {
    const { routes, facts } = this.#context
    for (const route of routes) {
      const answer = route.answer(question, facts)
      if (answer !== undefined) return answer
    }
    const paths = routes.map(({ path }) => path)
    if (question.segments[0] === 'api') return json({ error: 'there is nothing here', paths }, { status: 404 })
    return text(`There is nothing here. What there is:\n${paths.map((path) => `  ${path}`).join('\n')}`, 404)
  }

  /** The same, when it is its turn. `key` names the question; `undefined` when the client is gone. */
  async ask(key: string, question: Question, response: ServerResponse): Promise<Ready | undefined> {
    const known = this.#cache.get(key)
    if (known !== undefined) return known
    const { made } = await this.#inTurn(() => this.#make(key, question, response))
    return made
  }

  /** An answer is kept in memory until its client has it. */
  sending(ready: Ready, response: ServerResponse): void {
    this.#inFlight.add(ready)
    response.once('close', () => this.#inFlight.remove(ready))
  }

  /** One answer in each turn of the event loop, so that a crowd does not keep the next snapshot from being read. */
  async #make(key: string, question: Question, response: ServerResponse): Promise<Made> {
    await nextTurn()
    const known = this.#cache.get(key)
    if (known !== undefined || response.destroyed) return { made: known }
    if (this.#inFlight.bytes > (this.#context.mostInFlight ?? usualInFlight)) {
      return { made: busy('Too much is being sent to slow clients') }
    }
    const { routes, facts } = this.#context
    const { view } = facts
    const keep = (its: Answer) => {
      const ready = makeReady(its)
      // While it was waited for there may have been another snapshot.
      if (its.perSnapshot === true && view === facts.view) this.#cache.add(key, ready)
      return ready
    }
    for (const route of routes) {
      const answer = route.later?.(question, facts)
      // What waits for others keeps nobody waiting.
      if (answer !== undefined) return { made: answer.then(keep) }
    }
    return { made: keep(this.now(question)) }
  }
}

/** For now; the same request may be answered in a second. */
export function busy(reason: string): Ready {
  return makeReady({ ...text(`${reason}; ask again.`, 503), headers: { 'Retry-After': '1' } })
}
