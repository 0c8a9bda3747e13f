import { contentTypes, type Format } from '../../packages/process/src/http/metrics/exposition.ts'
import { metrics } from '../../packages/process/src/http/routes/metrics.ts'
import type { Facts } from '../../packages/process/src/http/types/facts.ts'

/** Facts for a test, empty by default. The history is no matter of `/metrics`. */
export function factsWith(facts: Partial<Facts>): Facts {
  const history = {} as Facts['history']
  return { view: undefined, history, status: {}, interval: 10, now: () => 1_700_000_005, ...facts }
}

/** The answer of `/metrics`, its body as text. */
export function answerMetrics(facts: Partial<Facts>, query = '', format: Format = 'text') {
  const request = { segments: ['metrics'], format: '', query: new URLSearchParams(query), accept: contentTypes[format] }
  const answer = metrics.answer(request, factsWith(facts))
  if (answer === undefined || answer instanceof Promise) throw new Error('/metrics does not answer at once')
  return { status: 200, ...answer, body: answer.body.toString() }
}
