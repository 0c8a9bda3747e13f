import type { Option } from '../options/kinds.ts'
import { concealCredentials } from './address.ts'

/** Where a line of a configuration file stands. */
export interface Place {
  readonly file: string
  readonly line: number
}

/**
 * One mistake of a configuration, or one thing to warn of. Either `message` says what is wrong, or `expected` completes
 * "expected …"; both may be there. Without `file` it concerns a built-in default or the surroundings.
 */
export interface Problem {
  readonly file?: string
  readonly line?: number
  readonly section?: string
  readonly option?: string
  /** The text as it was found; made printable and shortened only when it is rendered. */
  readonly found?: string
  readonly message?: string
  readonly expected?: string
  /** What to do. */
  readonly hint?: string
}

const longest = 120

/** Text from outside in one line: control characters escaped, the end of long texts left out. */
export function printable(text: string): string {
  const escaped = text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\\]/g, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    if (character === '\\') return '\\'
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return escaped.length <= longest ? escaped : `${escaped.slice(0, longest)}…`
}

/** A value as it may be shown. */
export function concealed(option: Option | undefined, text: string): string {
  if (option?.secret) return '***'
  return option?.kind === 'addresses' ? concealCredentials(text) : text
}

/** A problem in one line: `/etc/haproxystats.conf:12: [pull] pull-interval = ten: expected a whole number of at least 1`. */
export function renderProblem(problem: Problem): string {
  const { file, line, message, expected, hint } = problem
  const place = file === undefined || line === undefined ? file : `${file}:${line}`
  const clauses = [message, expected === undefined ? undefined : `expected ${expected}`]
  const wrong = clauses.filter((clause) => clause !== undefined).join(', ')
  const sentence = [place === undefined ? undefined : printable(place), subjectOf(problem), wrong]
  return (
    sentence.filter((part) => part !== undefined && part !== '').join(': ') + (hint === undefined ? '' : `; ${hint}`)
  )
}

function subjectOf({ section, option, found }: Problem): string | undefined {
  const value = found === undefined ? undefined : printable(found)
  if (section === undefined) return value
  if (option === undefined) return `[${printable(section)}]`
  const name = `[${printable(section)}] ${printable(option)}`
  return value === undefined ? name : `${name} = ${value}`.trimEnd()
}
