import { type SectionName, sectionRow, sectionRows } from '../options/table.ts'
import { concealed } from './problem.ts'
import type { Reading } from './read.ts'

/** The built-in settings of these sections in INI form, which can be read back; unset options and sections are comments. */
export function renderDefaults(sections: readonly SectionName[]): string {
  const blocks = sections.map((section) => {
    const row = sectionRows[section]!
    const lines = Object.entries(row.options).map(([name, option]) => {
      const text = option.default ?? (option.inherited ? sectionRows.DEFAULT!.options[name]?.default : undefined)
      return text === undefined ? `# ${name} =` : assignment(name, text)
    })
    return [`[${section}]`, ...lines].map((line) => (row.enabledByPresence ? `# ${line}` : line))
  })
  return joined(blocks)
}

/**
 * What is in effect in these sections and their `[section:word]`, after inheritance and interpolation, in INI form. Read back it gives the same
 * configuration; only secrets are shown as `***`.
 */
export function renderEffective(reading: Reading, sections: readonly SectionName[]): string {
  const present = sections.flatMap((section) => [section, ...reading.members(section)])
  const blocks = present.flatMap((section) => {
    const row = sectionRow(section)!
    if (row.enabledByPresence && reading.place(section) === undefined) return []
    const names = row.entries === 'patterns' ? reading.names(section) : Object.keys(row.options)
    const lines = names.map((name) => {
      const text = reading.text(section, name)
      if (text === undefined) return `# ${name} =`
      return assignment(name, concealed(row.options[name], text.replaceAll('$', '$$$$')))
    })
    return [[`[${section}]`, ...lines]]
  })
  return joined(blocks)
}

/** An option as it would stand in a file; further lines are indented, which continues the value. */
function assignment(name: string, text: string): string {
  const [first, ...further] = text.split('\n')
  return [`${name} = ${first}`.trimEnd(), ...further.map((line) => (line === '' ? '' : `    ${line}`))].join('\n')
}

function joined(blocks: readonly (readonly string[])[]): string {
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`
}
