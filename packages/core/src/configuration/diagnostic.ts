import { printable } from '../text.ts'
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
export interface Diagnostic {
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly section?: string | undefined
  readonly option?: string | undefined
  /** The text as it was found; made printable and shortened only when it is rendered. */
  readonly found?: string | undefined
  readonly message?: string | undefined
  readonly expected?: string | undefined
  /** What to do. */
  readonly hint?: string | undefined
}

const longest = 120

/** Text from outside in one line; the end of a long one is left out. */
function shortened(text: string): string {
  const shown = printable(text.length > 2 * longest ? text.slice(0, 2 * longest) : text)
  return shown.length <= longest ? shown : `${shown.slice(0, longest)}…`
}

/** A value as it may be shown. */
export function concealed(option: { readonly kind: string } | undefined, text: string): string {
  return option?.kind === 'addresses' ? concealCredentials(text) : text
}

/** An error in one line: `/etc/haproxystats.conf:12: [pull] pull-interval = ten: expected a whole number of at least 1`. */
export function renderDiagnostic(error: Diagnostic): string {
  const { file, line, message, expected, hint } = error
  const place = file === undefined || line === undefined ? file : `${file}:${line}`
  const clauses = [message, expected === undefined ? undefined : `expected ${expected}`]
  const wrong = clauses.filter((clause) => clause !== undefined).join(', ')
  const sentence = [place === undefined ? undefined : shortened(place), renderSubject(error), wrong]
  return (
    sentence.filter((part) => part !== undefined && part !== '').join(': ') + (hint === undefined ? '' : `; ${hint}`)
  )
}

function renderSubject({ section, option, found }: Diagnostic): string | undefined {
  const value = found === undefined ? undefined : shortened(found)
  if (section === undefined) return value
  if (option === undefined) return `[${shortened(section)}]`
  const name = `[${shortened(section)}] ${shortened(option)}`
  return value === undefined ? name : `${name} = ${value}`.trimEnd()
}
