/** A regular expression in Python's syntax, as JavaScript writes it; or what is wrong with it, completing a sentence. */
export type TranslatedPattern = { readonly pattern: RegExp } | { readonly message: string }

interface Spelling {
  readonly python: RegExp
  readonly javascript: string
}

/** What Python spells otherwise outside of sets. */
const spellings: readonly Spelling[] = [
  { python: /^\(\?P<(\w+)>/, javascript: '(?<$1>' },
  { python: /^\(\?P=(\w+)\)/, javascript: '\\k<$1>' },
  { python: /^\(\?#[^)]*\)/, javascript: '' },
  { python: /^\{,(\d+)\}/, javascript: '{0,$1}' },
  { python: /^\\A/, javascript: '(?<![\\s\\S])' },
  { python: /^\\Z/, javascript: '(?![\\s\\S])' },
  { python: /^\\a/, javascript: '\\x07' },
]

/** Escapes that mean the same to both; JavaScript would take any other letter for itself. */
const commonEscape = /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|[bBdDwWsSnrtfv\d]|[^a-zA-Z])/s

/** Flags in front of the whole expression; `a`, `u` and `L` only choose what counts as a letter. */
const leadingFlags = /^\(\?([aiLmsux]+)\)/

/** A reference to a group, by name or number; without that group JavaScript would take it for letters. */
const groupReference = /^(?:\(\?P=(\w+)\)|\\([1-9]))/

/**
 * Translates a regular expression of Python's `re`. What JavaScript would silently understand otherwise is rewritten
 * (`(?P<n>…)`, `(?P=n)`, `(?#…)`, `(?i)` in front, `{,n}`, `\A`, `\Z`, a `]` that comes first in a set) or refused.
 * One difference stays: a reference to a group that took no part matches nothing there and the empty text here.
 */
export function translatePattern(python: string): TranslatedPattern {
  const flags = leadingFlags.exec(python)?.[1] ?? ''
  if (flags.includes('x')) return { message: 'the flag x, for expressions with comments, is not supported' }
  const translated = translateSource(flags === '' ? python : python.slice(flags.length + 3))
  if ('reason' in translated) return refused(translated.reason)
  const { source, references } = translated
  try {
    const pattern = new RegExp(source, ['i', 'm', 's'].filter((flag) => flags.includes(flag)).join(''))
    const groups = new RegExp(`${source}|`).exec('')!
    const missing = references.find(
      (name) => !(Number(name) < groups.length) && !Object.hasOwn(groups.groups ?? {}, name),
    )
    return missing === undefined ? { pattern } : refused(`there is no group ${missing}`)
  } catch (error) {
    const message = (error as SyntaxError).message
    return refused(message.slice(message.lastIndexOf(': ') + 2))
  }
}

function refused(reason: string): { message: string } {
  return { message: `not a regular expression: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}` }
}

function translateSource(python: string): { source: string; references: string[] } | { reason: string } {
  const references: string[] = []
  let source = ''
  let inSet = false
  let rest = python
  while (rest !== '') {
    const opening: string | undefined = inSet ? undefined : /^\[\^?\]?/.exec(rest)?.[0]
    const spelling: Spelling | undefined = inSet ? undefined : spellings.find((row) => row.python.test(rest))
    const taken: string = opening ?? spelling?.python.exec(rest)?.[0] ?? commonEscape.exec(rest)?.[0] ?? rest.charAt(0)
    if (taken === '\\') return { reason: `bad escape ${rest.slice(0, 2)}` }
    const [, name, number] = (inSet ? null : groupReference.exec(rest)) ?? []
    references.push(...[name, number].filter((reference) => reference !== undefined))
    if (opening !== undefined) source += opening.replace(']', '\\]')
    else source += spelling === undefined ? taken : taken.replace(spelling.python, spelling.javascript)
    inSet = opening !== undefined || (inSet && taken !== ']')
    rest = rest.slice(taken.length)
  }
  return { source, references }
}
