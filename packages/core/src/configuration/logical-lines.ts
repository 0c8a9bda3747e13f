import type { Problem } from './problem.ts'

/** A section's header, or one option with its whole value, and the line on which it begins. */
export type LogicalLine =
  | { readonly kind: 'section'; readonly section: string; readonly line: number }
  | { readonly kind: 'option'; readonly section: string; readonly option: string; text: string; readonly line: number }

type OptionLine = Extract<LogicalLine, { kind: 'option' }>

/** What Python's `str.strip` takes for white space; JavaScript's `trim` differs in U+001C to U+001F, U+0085 and U+FEFF. */
const space = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const leadingSpace = new RegExp(`^${space}*`)
const surroundingSpace = new RegExp(`^${space}+|${space}+$`, 'g')
const trailingSpace = new RegExp(`${space}+$`)
const header = /^\[(.+)\]/s
const assignment = new RegExp(`^(.*?)${space}*[=:]${space}*(.*)$`, 's')

/**
 * The lines of a file as Python's `configparser` understands them: comment lines (`#`, `;`) are gone wherever they stand,
 * lines indented deeper than their option continue its value, joined by a newline, and blank lines within a value stay.
 * Everything to the end of a line is value. Names of options come in lower case. Mistakes are collected, not thrown.
 */
export function logicalLines(content: string): { lines: LogicalLine[]; problems: Problem[] } {
  const lines: LogicalLine[] = []
  const problems: Problem[] = []
  let section: string | undefined
  let current: OptionLine | undefined
  let indentation = 0
  for (const [index, physical] of content.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1
    const stripped = physical.replace(surroundingSpace, '')
    if (stripped.startsWith('#') || stripped.startsWith(';')) continue
    if (stripped === '') {
      if (current !== undefined) current.text += '\n'
      continue
    }
    const indented = leadingSpace.exec(physical)![0].length
    if (current !== undefined && indented > indentation) {
      current.text += `\n${stripped}`
      continue
    }
    indentation = indented
    const read = readLine(stripped, section, line)
    if ('kind' in read) {
      lines.push(read)
      section = read.section
      current = read.kind === 'option' ? read : undefined
    } else {
      problems.push(read)
      if (section === undefined) break
    }
  }
  for (const read of lines) if (read.kind === 'option') read.text = read.text.replace(trailingSpace, '')
  return { lines, problems }
}

/** A line that continues nothing. */
function readLine(stripped: string, section: string | undefined, line: number): LogicalLine | Problem {
  const name = header.exec(stripped)?.[1]
  if (name !== undefined) return { kind: 'section', section: name, line }
  if (section === undefined) {
    return { line, found: stripped, expected: 'a [section] first', hint: 'put the name of a section above this line' }
  }
  const [, option, text] = assignment.exec(stripped) ?? []
  if (option === undefined || option === '') {
    return {
      line,
      section,
      option: stripped,
      expected: 'name = value',
      hint: 'a comment begins with # or ;, and a line that continues a value is indented',
    }
  }
  return { kind: 'option', section, option: option.toLowerCase(), text: text!, line }
}
