import type { OptionTable } from '../options/table.ts'
import { concealed } from './diagnostic.ts'
import type { ConfigurationResult } from './read.ts'

/** The built-in settings that a program reads in INI form, which can be read back; unset options and sections are comments. */
export function renderDefaults(table: OptionTable, program: string): string {
  const blocks = sectionsReadBy(table, program).map(([section, row]) => {
    const lines = Object.entries(row.options).map(([name, option]) => {
      const text = option.default ?? (option.inherited ? table.option('DEFAULT', name)?.default : undefined)
      return text === undefined ? `# ${name} =` : assignment(name, text)
    })
    return [`[${section}]`, ...lines].map((line) => (row.enabledByPresence ? `# ${line}` : line))
  })
  return joined(blocks)
}

/**
 * What is in effect in the sections that a program reads and their `[section:word]`, after inheritance and interpolation, in INI form. Read back it gives the same
 * configuration; only secrets are shown as `***`.
 */
export function renderEffective(reading: ConfigurationResult, program: string): string {
  const names = sectionsReadBy(reading.table, program).map(([section]) => section)
  const blocks = names
    .flatMap((section) => [section, ...reading.members(section)])
    .flatMap((section) => {
      const row = reading.table.section(section)!
      if (row.enabledByPresence && reading.place(section) === undefined) return []
      const options = row.entries === 'patterns' ? reading.names(section) : Object.keys(row.options)
      const lines = options.map((name) => {
        const text = reading.text(section, name)
        if (text === undefined) return `# ${name} =`
        return assignment(name, concealed(row.options[name], text.replaceAll('$', '$$$$')))
      })
      return [[`[${section}]`, ...lines]]
    })
  return joined(blocks)
}

function sectionsReadBy({ sections }: OptionTable, program: string) {
  return Object.entries(sections).filter(([, row]) => row.program === undefined || row.program === program)
}

/** An option as it would stand in a file; further lines are indented, which continues the value. */
function assignment(name: string, text: string): string {
  const [first, ...further] = text.split('\n')
  return [`${name} = ${first}`.trimEnd(), ...further.map((line) => (line === '' ? '' : `    ${line}`))].join('\n')
}

function joined(blocks: readonly (readonly string[])[]): string {
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`
}
