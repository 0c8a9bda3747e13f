import { parse } from 'ini'
import type { Diagnostic } from './diagnostic.ts'

/** A configuration file as text; `file` names it in messages. */
export interface ConfigurationText {
  readonly file: string
  readonly text: string
}

/** One option as one file has it: its value, literally, and the line on which it begins. */
export interface IniOption {
  readonly text: string
  readonly line: number
}

/** One file, in its order: sections by name, options by name in lower case. */
export interface IniFile {
  readonly file: string
  readonly sections: ReadonlyMap<string, { readonly line: number; readonly options: ReadonlyMap<string, IniOption> }>
}

/** What `ini` makes of a section: each option as the list of its lines, the first of which is the number of the line. */
type Parsed = Readonly<Record<string, { readonly line: string } & Readonly<Record<string, readonly unknown[]>>>>

/** White space of Python's `str.strip`; JavaScript's `trim` differs in U+001C to U+001F, U+0085 and U+FEFF. */
const space = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

/** More than anybody writes in one file; so many take a second to check. */
const most = { section: 1000, option: 10_000, characters: 200 }

/**
 * Reads one file in the dialect of Python's `configparser`, in its strict mode: a section or an option that comes twice
 * is an error, except that `[DEFAULT]` may. Lines without an error are there to be checked further.
 */
export function readIniFile({ file, text }: ConfigurationText): { ini: IniFile; errors: Diagnostic[] } {
  const { lines, errors } = translate(text)
  const parsed: Parsed = parse(lines.join('\n'))
  const sections = Object.entries(parsed).map(([section, { line, ...options }]) => {
    const read = Object.entries(options).map(([option, [number, ...value]]) => {
      const text = withoutTrailingSpace(value.map(String).join('\n'))
      return [JSON.parse(option), { text, line: Number(number) }] as const
    })
    return [JSON.parse(section), { line: Number(line), options: new Map(read) }] as const
  })
  return { ini: { file, sections: new Map(sections) }, errors: errors.map((error) => ({ file, ...error })) }
}

/**
 * The lines of a file in the dialect of `ini`, which puts them together: comments are gone wherever they stand, names of
 * options are in lower case, and a line that is indented deeper than its option goes on with its value, which is a list of
 * lines, as is a blank line within. Everything to the end of a line is value.
 */
function translate(content: string): { lines: string[]; errors: Diagnostic[] } {
  const lines: string[] = []
  const errors: Diagnostic[] = []
  const count = countNames()
  let section: string | undefined
  let goOn: ((text: string) => void) | undefined
  let indentation = 0
  for (const [index, physical] of content.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1
    const indented = leadingSpaces(physical)
    const text = withoutTrailingSpace(physical.slice(indented))
    if (/^[#;]/.test(text) || (text === '' && goOn === undefined)) continue
    if (goOn !== undefined && (text === '' || indented > indentation)) {
      goOn(text)
      continue
    }
    indentation = indented
    const { at, value, error } = readLine(text, section)
    if (error !== undefined) errors.push({ line, ...error })
    if (at === undefined && section === undefined) break
    if (at === undefined) continue
    const { isFirst, found, isTooMany } = count(at, line)
    errors.push(...found.map((mistake) => ({ line, ...at, ...mistake })))
    if (isTooMany) break
    section = at.section
    goOn = undefined
    const { option } = at
    if (option === undefined) lines.push(`[${quoted(quoted(section))}]`, ...(isFirst ? [`line=${line}`] : []))
    else {
      const name = quoted(`${quoted(option)}[]`)
      goOn = (part) => isFirst && lines.push(`${name}=${quoted(part)}`)
      for (const part of [String(line), value]) goOn(part)
    }
  }
  return { lines, errors }
}

/** The name of a section, or of an option in it. */
interface Name {
  readonly section: string
  readonly option?: string
}

/** Returns a function that finds names that come twice, are too long or too many. */
function countNames() {
  const firsts = new Map<string, number>()
  const counts = { section: 0, option: 0 }
  return (at: Name, line: number) => {
    const found: Diagnostic[] = []
    const kind = at.option === undefined ? 'section' : 'option'
    const { length } = at.option ?? at.section
    if (length > most.characters) {
      found.push({ message: `a name of ${length} characters`, expected: `at most ${most.characters}` })
    }
    const isTooMany = ++counts[kind] > most[kind]
    if (isTooMany)
      found.push({ message: `more than ${most[kind]} ${kind}s in one file`, hint: 'what follows is not read' })
    const key = JSON.stringify(at)
    const first = firsts.get(key)
    if (first === undefined) firsts.set(key, line)
    else if (kind === 'option' || at.section !== 'DEFAULT') {
      found.push({ message: `given a second time, first in line ${first}`, hint: 'keep one of them' })
    }
    return { isFirst: first === undefined, found, isTooMany }
  }
}

/** A line that continues nothing: a header, an option with its value, or why it is neither. */
function readLine(text: string, section: string | undefined): { at?: Name; value: string; error?: Diagnostic } {
  const header = /^\[(.+)\]/s.exec(text)?.[1]
  if (header !== undefined) return { at: { section: header }, value: '' }
  if (section === undefined) {
    const hint = 'put the name of a section above this line'
    return { value: '', error: { found: text, expected: 'a [section] first', hint } }
  }
  const sign = text.search(/[=:]/)
  const option = withoutTrailingSpace(text.slice(0, Math.max(0, sign)))
  if (option === '') {
    const hint = 'a comment begins with # or ;, and a line that continues a value is indented'
    return { value: '', error: { section, option: text, expected: 'name = value', hint } }
  }
  const value = text.slice(sign + 1)
  return { at: { section, option: option.toLowerCase() }, value: value.slice(leadingSpaces(value)) }
}

/**
 * As a JSON string without any character that means something to `ini` outside quotes, or ends a line for it. Names are
 * quoted twice: the quotes stay around them, so that none is `__proto__`, a number, a list or nested by its dots.
 */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[=\].\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function leadingSpaces(text: string): number {
  let start = 0
  while (start < text.length && space.test(text.charAt(start))) start++
  return start
}

/** Apart from a regular expression, which would take a time that is the square of a long run of spaces. */
function withoutTrailingSpace(text: string): string {
  let end = text.length
  while (end > 0 && space.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
