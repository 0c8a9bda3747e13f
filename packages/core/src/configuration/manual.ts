import type { Option, Section } from '../options/kinds.ts'
import type { OptionTable } from '../options/table.ts'
import { bounds } from './values.ts'

/** How the file is written. */
export const syntax =
  'A line whose first character is # or ; is a comment. A value is everything to the end of its line, and goes on in further lines that are indented deeper. ${section:option} and ${option} stand for the value of another option, $$ for a dollar sign.'

/** What a reader needs to know of the whole file. */
const introduction = (table: OptionTable) => [
  'Settings of haproxystats-pull and haproxystats-process. Each is shown with its default or, where it is unset, with an example.',
  needs(table),
  syntax,
]

/** What the programs need to do anything. */
export function needs({ sections }: OptionTable): string {
  return Object.values(sections)
    .flatMap((section) => section.needs ?? [])
    .join(' ')
}

/** The commented sample configuration. Every option is in a comment, so it is the default configuration. */
export function renderSample(table: OptionTable): string {
  const blocks = Object.entries(table.sections).map(([name, section]) => {
    const header = section.enabledByPresence ? `#[${name}]` : `[${name}]`
    const options = Object.entries(section.options).map(([option, row]) => sampleOption(table, option, row))
    const example = section.example === undefined ? [] : [`#${section.example}\n`]
    return [`${comment(sectionSummary(section))}\n${header}\n`, ...options, ...example, ...sampleMember(section)].join(
      '\n',
    )
  })
  return `${introduction(table).map(comment).join('\n#\n')}\n\n${blocks.join('\n')}`
}

function sampleMember({ family }: Section): string[] {
  if (family === undefined) return []
  const lines = family.example.map((line) => `#${line}\n`)
  return [`${comment('A further one, as explained above:')}\n${lines.join('')}`]
}

function sampleOption(table: OptionTable, name: string, option: Option): string {
  const text = option.default ?? (option.inherited ? table.option('DEFAULT', name)?.default : undefined)
  const sentences = text === undefined ? [...meaning(option), 'Unset by default.'] : meaning(option)
  return `${comment(sentences.join(' '))}\n#${name} = ${text ?? option.example}\n`
}

/** The settings chapter of the README: a table for each section. */
export function renderSettings(table: OptionTable): string {
  const chapters = Object.entries(table.sections).map(([name, section]) => {
    const rows = Object.entries(section.options).map(([option, row]) => {
      const cells = [`\`${option}\``, defaultCell(row), [prose(meaning(row)), ...shown(row.example)].join(' ')]
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
    })
    const table = ['| option | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
    const examples = [section.example, section.family?.example.join('`, `')]
    const summary = [prose([sectionSummary(section)]), ...examples.flatMap(shown)].join(' ')
    return [`### [${name}]`, summary, ...(rows.length === 0 ? [] : [table])].join('\n\n')
  })
  return chapters.join('\n\n')
}

/** Sentences as Markdown that shows their angle brackets. */
function prose(sentences: readonly string[]): string {
  return sentences.join(' ').replaceAll('<', '\\<')
}

function shown(example: string | undefined): string[] {
  return example === undefined ? [] : [`Example: \`${example}\`.`]
}

/** What there is to say of a section, in sentences. */
export function sectionSummary({ summary, program, enabledByPresence }: Section): string {
  const reader = program === undefined ? 'Read by both programs.' : `Read by ${program}.`
  return [summary, ...(enabledByPresence ? ['Enabled by being in the file.'] : []), reader].join(' ')
}

/** What there is to say of an option, in sentences. */
export function meaning(option: Option): string[] {
  const { summary, since } = option
  return [summary, ...range(option), ...(since === undefined ? [] : [`New in ${since}.`])]
}

const units: Readonly<Partial<Record<Option['kind'], string>>> = { seconds: 'In seconds, ', bytes: 'In bytes, ' }

/** Choices or bounds, as a sentence; none for kinds whose values the summary and the default explain. */
function range(option: Option): string[] {
  if (option.choices !== undefined)
    return [`${option.kind === 'words' ? 'Words of' : 'One of'} ${option.choices.join(', ')}.`]
  const { min, max } = bounds(option)
  if (min === undefined) return []
  const unit = units[option.kind]
  const text = max === undefined ? `at least ${min}` : `from ${min} to ${max}`
  return [unit === undefined ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : `${unit}${text}.`]
}

function defaultCell({ default: text, inherited }: Option): string {
  if (text !== undefined) return `\`${text}\``
  return inherited ? 'as in `[DEFAULT]`' : 'unset'
}

const width = 100

/** Comment lines of at most `width` characters, where words allow. */
function comment(text: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= width - 2) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => `# ${line}`).join('\n')
}
