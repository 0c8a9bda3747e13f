import { nearestNames } from '../formats/nearest-names.ts'
import { type Answer, json, type Question } from './route.ts'

/** What a route of the API is made of; `answer` throws `Refusal` where the question cannot be answered. */
export class Refusal extends Error {
  readonly status: number
  readonly nearest: readonly string[]

  constructor(status: number, message: string, nearest: readonly string[] = []) {
    super(message)
    this.status = status
    this.nearest = nearest
  }
}

/** The answer of `/api/v1/<name>`; `undefined` for other paths. */
export function answerApi(question: Question, name: string, answer: () => Answer | undefined): Answer | undefined {
  const { segments, form } = question
  if (segments[0] !== 'api' || segments[1] !== 'v1' || form !== '') return undefined
  if ((segments[2] ?? '') !== name || segments.length > 3) return undefined
  try {
    return answer()
  } catch (error) {
    if (error instanceof Refusal) return refused(error)
    throw error
  }
}

/** Errors are JSON too: what is wrong, and what was meant perhaps. */
export function refused({ status, message, nearest }: Refusal): Answer {
  return json({ error: message, nearest }, { status })
}

/** @throws Refusal for a parameter that is not one of these. */
export function checkParameters({ query }: Question, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue
    const expected = known.length === 0 ? 'none is expected' : `expected ${known.join(', ')}`
    throw new Refusal(400, `parameter ${quoted(name)} is unknown, ${expected}`, nearestNames(name, known))
  }
}

/** A whole number of a parameter. @throws Refusal when it is something else, or out of range. */
export function countOf(
  { query }: Question,
  name: string,
  usual: number,
  [least, most]: readonly [number, number],
): number {
  const text = query.get(name)
  if (text === null) return usual
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new Refusal(400, `${name} is ${quoted(text)}, expected a whole number from ${least} to ${most}`)
}

/** So much of what was sent is shown. */
const longest = 100

/** What somebody sent, fit for a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text)
}

/** JSON has no NaN. */
export const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
