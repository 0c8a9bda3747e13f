import { contentTypes, type Format } from '../../packages/process/src/http/metrics/exposition.ts'
import { metrics } from '../../packages/process/src/http/routes/metrics.ts'
import type { Facts } from '../../packages/process/src/http/routes/route.ts'
import type { History } from '../../packages/process/src/http/trend/history.ts'

/** Facts for a test, empty by default. The history is no matter of `/metrics`. */
export function factsWith(facts: Partial<Facts>): Facts {
  const history = {} as History
  return { view: undefined, history, status: {}, interval: 10, now: () => 1_700_000_005, ...facts }
}

/** The answer of `/metrics`, its body as text. */
export function answerMetrics(facts: Partial<Facts>, query = '', format: Format = 'text') {
  const question = { segments: ['metrics'], form: '', query: new URLSearchParams(query), accept: contentTypes[format] }
  const answer = metrics.answer(question, factsWith(facts))
  if (answer === undefined) throw new Error('/metrics does not answer')
  return { status: 200, ...answer, body: answer.body.toString() }
}
