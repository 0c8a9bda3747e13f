import type { Diagnostic } from './diagnostic.ts'

/** A section's header, or one option with its whole value, and the line on which it begins. */
export type LogicalLine =
  | { readonly kind: 'section'; readonly section: string; readonly line: number }
  | { readonly kind: 'option'; readonly section: string; readonly option: string; text: string; readonly line: number }

type OptionLine = Extract<LogicalLine, { kind: 'option' }>

/** What Python's `str.strip` takes for white space; JavaScript's `trim` differs in U+001C to U+001F, U+0085 and U+FEFF. */
const space = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/
const header = /^\[(.+)\]/s

/** More than anybody writes in one file; so many take a second to check. */
const most = { sections: 1000, options: 10_000, characters: 200 }

/**
 * The lines of a file as Python's `configparser` understands them: comment lines (`#`, `;`) are gone wherever they stand,
 * lines indented deeper than their option continue its value, joined by a newline, and blank lines within a value stay.
 * Everything to the end of a line is value. Names of options come in lower case. Mistakes are collected, not thrown.
 */
export function logicalLines(content: string): { lines: LogicalLine[]; errors: Diagnostic[] } {
  const lines: LogicalLine[] = []
  const errors: Diagnostic[] = []
  let section: string | undefined
  let current: OptionLine | undefined
  let indentation = 0
  const count = { section: 0, option: 0 }
  for (const [index, physical] of content.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1
    const indented = leadingSpaces(physical)
    const stripped = withoutTrailingSpace(physical.slice(indented))
    if (stripped.startsWith('#') || stripped.startsWith(';')) continue
    if (stripped === '') {
      if (current !== undefined) current.text += '\n'
      continue
    }
    if (current !== undefined && indented > indentation) {
      current.text += `\n${stripped}`
      continue
    }
    indentation = indented
    const read = readLine(stripped, section, line)
    if ('kind' in read) {
      const excess = excessOf(read, count)
      if (excess !== undefined) errors.push(excess)
      if (excess?.hint === tooMany) break
      lines.push(read)
      section = read.section
      current = read.kind === 'option' ? read : undefined
    } else {
      errors.push(read)
      if (section === undefined) break
    }
  }
  for (const read of lines) if (read.kind === 'option') read.text = withoutTrailingSpace(read.text)
  return { lines, errors }
}

const tooMany = 'what follows is not read'

/** What is too much of a header or an option, which it counts. */
function excessOf(read: LogicalLine, count: { section: number; option: number }): Diagnostic | undefined {
  const { line, kind } = read
  const name = kind === 'section' ? read.section : read.option
  const at = kind === 'section' ? { line, section: name } : { line, section: read.section, option: name }
  if (name.length > most.characters) {
    return { ...at, message: `a name of ${name.length} characters`, expected: `at most ${most.characters}` }
  }
  const limit = kind === 'section' ? most.sections : most.options
  return ++count[kind] > limit
    ? { ...at, message: `more than ${limit} ${kind}s in one file`, hint: tooMany }
    : undefined
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

/** A line that continues nothing. */
function readLine(stripped: string, section: string | undefined, line: number): LogicalLine | Diagnostic {
  const name = header.exec(stripped)?.[1]
  if (name !== undefined) return { kind: 'section', section: name, line }
  if (section === undefined) {
    return { line, found: stripped, expected: 'a [section] first', hint: 'put the name of a section above this line' }
  }
  const sign = stripped.search(/[=:]/)
  const option = withoutTrailingSpace(stripped.slice(0, Math.max(0, sign)))
  if (option === '') {
    return {
      line,
      section,
      option: stripped,
      expected: 'name = value',
      hint: 'a comment begins with # or ;, and a line that continues a value is indented',
    }
  }
  const value = stripped.slice(sign + 1)
  return { kind: 'option', section, option: option.toLowerCase(), text: value.slice(leadingSpaces(value)), line }
}
