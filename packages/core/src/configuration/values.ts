import { isIPv6 } from 'node:net'
import { reasonOf, StatsError } from '../errors.ts'
import { kindRow, type Option, type OptionKind } from '../options/kinds.ts'
import { isHost, parseAddress, parseListenAddress, splitAddresses } from './address.ts'
import type { Diagnostic } from './diagnostic.ts'
import { didYouMean } from './nearest.ts'
import { translatePattern } from './pattern.ts'

/** What is wrong with a value, to be completed with its place. */
export type Mistake = Pick<Diagnostic, 'found' | 'message' | 'expected' | 'hint'>

/** A checked value, or everything that is wrong with it. */
export type Checked = { readonly value: unknown } | { readonly mistakes: readonly Mistake[] }

/** How each kind of value is read; what is not a value of the kind gives `undefined` or its own mistakes. */
const readers: Readonly<Record<OptionKind, (text: string, option: Option) => Checked | undefined>> = {
  text: (text) => ({ value: text }),
  path: (text) => (text.startsWith('/') ? { value: text } : undefined),
  host: (text) => (isHost(text) || isIPv6(text) ? { value: text } : { mistakes: [hostMistake(text)] }),
  integer: (text, option) => readNumber(text, option, /^[+-]?\d+$/),
  bytes: (text, option) => readNumber(text, option, /^[+-]?\d+$/),
  number: (text, option) => readNumber(text, option, decimal),
  seconds: (text, option) => readNumber(text, option, option.whole ? /^[+-]?\d+$/ : decimal),
  boolean: (text) => {
    const value = booleans.get(text.toLowerCase())
    return value === undefined ? undefined : { value }
  },
  choice: (text, { choices = [] }) => {
    const value = choices.find((choice) => choice === text.toLowerCase())
    const hint = didYouMean(text, choices)
    return value === undefined ? { mistakes: [{ hint }] } : { value }
  },
  words: readWords,
  pattern: (text) => {
    const translated = translatePattern(text)
    if ('pattern' in translated) return { value: translated.pattern }
    return { mistakes: [{ message: translated.message, expected: undefined }] }
  },
  addresses: (text) => readList(splitAddresses(text), text, parseAddress),
  listeners: (text) =>
    readList(
      text.split(',').map((address) => address.trim()),
      text,
      parseListenAddress,
    ),
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)$/

/** The words of `configparser`. */
const booleans = new Map([
  ...['1', 'yes', 'true', 'on'].map((word) => [word, true] as const),
  ...['0', 'no', 'false', 'off'].map((word) => [word, false] as const),
])

/** Kinds whose values may go on in further lines. */
const severalLines: readonly OptionKind[] = ['words', 'addresses', 'listeners']

/** Checks the text of a value, after interpolation, against the row of its option. */
export function checkValue(text: string, option: Option): Checked {
  const expected = expectation(option)
  if (text.trim() === '') return { mistakes: [{ found: text, expected, hint: emptyHint(option) }] }
  if (text.includes('\n') && !severalLines.includes(option.kind)) {
    return {
      mistakes: [
        { found: text, expected: `${expected} in one line`, hint: 'an indented line continues the value above it' },
      ],
    }
  }
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text))
    return { mistakes: [{ found: text, expected: `${expected} without control characters` }] }
  const checked = readers[option.kind](text, option)
  if (checked !== undefined && 'value' in checked) return checked
  const hint = syntaxHint(text)
  const mistakes = checked?.mistakes ?? [{}]
  return { mistakes: mistakes.map((mistake) => ({ found: text, expected, ...mistake, hint: mistake.hint ?? hint })) }
}

/** What an option expects, completing "expected …", with its bounds or choices. */
export function expectation(option: Option): string {
  const { expected, unit } = kindRow(option.kind)
  if (option.choices !== undefined) {
    return `${option.kind === 'words' ? 'words of' : 'one of'} ${option.choices.join(', ')}`
  }
  const { min, max } = bounds(option)
  const range = [
    min !== undefined && max !== undefined ? ` from ${min} to ${max}` : '',
    min !== undefined && max === undefined ? ` of at least ${min}` : '',
    min === undefined && max !== undefined ? ` of at most ${max}` : '',
  ]
  return `${option.whole ? 'a whole number' : expected}${range.join('')}${unit === undefined ? '' : ` (${unit})`}`
}

/** The inclusive bounds of an option's values, its own or those of its kind. */
export function bounds({ kind, min, max }: Option): { min: number | undefined; max: number | undefined } {
  return { min, max: max ?? kindRow(kind).max }
}

function emptyHint({ default: text, inherited }: Option): string {
  if (inherited) return 'leave the line out to inherit it'
  return text === undefined ? 'leave the line out to leave it unset' : `leave the line out for the default, ${text}`
}

/** What people write who are used to other formats. */
function syntaxHint(text: string): string | undefined {
  if (/^(["']).*\1$/.test(text)) return 'quotes are part of the value, leave them out'
  return /\s[#;]/.test(text) ? 'a comment stands in a line of its own' : undefined
}

function hostMistake(text: string): Mistake {
  if (isIPv6(text.replace(/^\[|\]$/g, ''))) return { hint: 'write an IPv6 address without brackets here' }
  return /:\d+$/.test(text) ? { hint: 'the port is an option of its own' } : {}
}

function readNumber(text: string, option: Option, form: RegExp): Checked | undefined {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds(option)
  const value = Number(text)
  const fits = value >= min && value <= max
  return form.test(text) && fits ? { value } : undefined
}

function readWords(text: string, { choices }: Option): Checked {
  const words = [...new Set(text.split(/\s+/).filter((word) => word !== ''))]
  const unknown = words.filter((word) => choices !== undefined && !choices.includes(word))
  if (unknown.length === 0) return { value: words }
  const hints = unknown.map((word) => ({ word, hint: didYouMean(word, choices ?? []) }))
  return { mistakes: hints.map(({ word, hint }) => ({ found: word, hint })) }
}

function readList(addresses: readonly string[], text: string, parse: (address: string) => unknown): Checked {
  const mistakes: Mistake[] = []
  const known = new Set<string>()
  for (const address of addresses) {
    const twice = known.has(address)
    known.add(address)
    if (address === '') mistakes.push({ found: text, message: 'an empty address', hint: 'leave out the comma' })
    else if (twice) mistakes.push({ found: address, message: 'given twice', hint: 'keep one' })
    else mistakes.push(...addressMistakes(address, parse))
  }
  return mistakes.length === 0 ? { value: addresses } : { mistakes }
}

function addressMistakes(address: string, parse: (address: string) => unknown): Mistake[] {
  try {
    parse(address)
    return []
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    return [{ found: address, expected: reasonOf(error) }]
  }
}
