import { parse } from 'ini'
import type { Diagnostic } from './diagnostic.ts'
import { type LogicalLine, logicalLines } from './logical-lines.ts'

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

/**
 * Reads one file in the dialect of Python's `configparser`, in its strict mode: a section or an option that comes twice
 * is a mistake, except that `[DEFAULT]` may. What is not mistaken is there to be checked further.
 */
export function readIniFile({ file, text }: ConfigurationText): { ini: IniFile; errors: Diagnostic[] } {
  const { lines, errors } = logicalLines(text)
  const { kept, repetitions } = withoutRepetitions(lines)
  const values = parse(toIni(kept))
  const sections = new Map<string, { line: number; options: Map<string, IniOption> }>()
  for (const read of kept) {
    const section = sections.get(read.section) ?? { line: read.line, options: new Map() }
    sections.set(read.section, section)
    if (read.kind === 'section') continue
    const value = values[quoted(read.section)][quoted(read.option)]
    section.options.set(read.option, { text: String(value), line: read.line })
  }
  return { ini: { file, sections }, errors: [...errors, ...repetitions].map((error) => ({ file, ...error })) }
}

/** All headers, each option where it stands first, and an error for everything else that stands twice. */
function withoutRepetitions(lines: readonly LogicalLine[]): { kept: LogicalLine[]; repetitions: Diagnostic[] } {
  const firsts = new Map<string, number>()
  const kept: LogicalLine[] = []
  const repetitions: Diagnostic[] = []
  for (const read of lines) {
    const { line, section } = read
    const names = read.kind === 'section' ? { section } : { section, option: read.option }
    const first = firsts.get(JSON.stringify(names))
    if (first === undefined) firsts.set(JSON.stringify(names), line)
    else if (read.kind === 'option' || section !== 'DEFAULT') {
      const message = `given a second time, first in line ${first}`
      repetitions.push({ line, ...names, message, hint: 'keep one of them' })
    }
    if (first === undefined || read.kind === 'section') kept.push(read)
  }
  return { kept, repetitions }
}

/**
 * The lines in a form of which `ini` changes nothing. By itself it ends values at `#` and `;`, unquotes them, nests
 * sections by their dots, makes lists of names in `[]` and drops `__proto__`; and its own escaping loses some of
 * `\`, `'` and `\.`. So values are quoted once and names twice: the quotes stay around a name, which is then neither
 * `__proto__` nor a list, and holds no dot.
 */
function toIni(lines: readonly LogicalLine[]): string {
  const ini = lines.map((read) =>
    read.kind === 'section'
      ? `[${quoted(quoted(read.section))}]`
      : `${quoted(quoted(read.option))}=${quoted(read.text)}`,
  )
  return ini.join('\n')
}

/** As a JSON string without any character that means something to `ini` outside quotes, or ends a line for it. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[=\].\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
