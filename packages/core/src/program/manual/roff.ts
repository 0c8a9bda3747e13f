import { version } from '../../status.ts'

/** When the form of the pages was last changed: a manual page shows a day, and a fixed one prints the same every time. */
const day = '2026-11-21'

/** What troff would show as something a reader cannot copy into a shell or a file. */
const characters: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  '^': '\\(ha',
  '~': '\\(ti',
  "'": '\\(aq',
  '`': '\\(ga',
  '…': '...',
}

/** Text as troff input that shows exactly this text. */
export function literal(text: string): string {
  return text.replace(/[\\^~'`…-]/g, (character) => characters[character]!)
}

export function bold(text: string): string {
  return `\\fB${literal(text)}\\fR`
}

export function italic(text: string): string {
  return `\\fI${literal(text)}\\fR`
}

/** Escaped text as input lines, each sentence from a new line on, none longer than 80 characters where words allow. */
export function prose(escaped: string): string {
  return escaped
    .split(/(?<=[.:;]) (?=\S)/)
    .map((sentence) => sentence.replace(/(?=\S)(.{1,79})(?:\s+|$)/g, '$1\n').trimEnd())
    .join('\n')
    .replace(/^(?=[.'])/gm, '\\&')
}

/** A paragraph that hangs below its head; both are escaped. */
export function item(head: string, ...paragraphs: string[]): string {
  return ['.TP', head, paragraphs.map(prose).join('\n.IP\n')].join('\n')
}

/** Lines shown as they are. */
export function verbatim(lines: readonly string[]): string {
  const shown = lines.map((line) => literal(line).replace(/^(?=[.'])/, '\\&'))
  return ['.PP', '.RS 4', '.nf', ...shown, '.fi', '.RE'].join('\n')
}

/** A whole page in the macros of man(7). Sections are escaped already. */
export function page(
  name: string,
  chapter: 1 | 5,
  summary: string,
  chapters: readonly (readonly [title: string, ...content: string[]])[],
): string {
  const heading = `.TH ${name.toUpperCase()} ${chapter} ${day} "haproxystats ${version}" haproxystats`
  const sections = chapters.map(([title, ...content]) => `.SH ${title}\n${content.join('\n')}`)
  const comment = '.\\" Printed by npm run docs from the tables of the programs; changes here are lost.'
  return `${[comment, heading, `.SH NAME\n${prose(`${literal(name)} \\- ${literal(summary)}`)}`, ...sections].join('\n')}\n`
}
