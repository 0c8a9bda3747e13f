import type { OptionTable } from '../options/table.ts'
import type { Place } from './diagnostic.ts'
import type { IniFile } from './ini-file.ts'

/** One option as it was given: in a file, or by the table when it has no place. */
export interface Setting {
  /** The section it stands in, which is `DEFAULT` for what another section inherits. */
  readonly section: string
  readonly option: string
  /** As in the file, before interpolation. */
  readonly text: string
  readonly place?: Place
}

/** What the files and the built-in defaults say together. */
export interface Settings {
  readonly table: OptionTable
  /** The sections of all files and what stands in them; a later file overrides an earlier one option by option. */
  readonly given: ReadonlyMap<string, ReadonlyMap<string, Setting>>
  /** Where a section first stands. */
  readonly headers: ReadonlyMap<string, Place>
  /** Whether there is a section of this name, in a file or in the table. */
  has(section: string): boolean
  /** The sections `[section:word]` of the files, when the section is a family; in their order. */
  members(section: string): readonly string[]
  /** What an option of a section is set to, with inheritance; `undefined` when it is unset. */
  find(section: string, option: string): Setting | undefined
}

/**
 * Lays the files over the built-in defaults. First come the options of the section in a file, then the built-in defaults
 * of the section, then `[DEFAULT]` in a file, then the built-in `[DEFAULT]`; that is how `configparser` sees defaults that
 * were read before the files. A section `[name:word]` of a family takes what it does not set from `[name]` in a file first.
 */
export function layer(files: readonly IniFile[], table: OptionTable): Settings {
  const given = new Map<string, Map<string, Setting>>()
  const headers = new Map<string, Place>()
  for (const { file, sections } of files) {
    for (const [section, { line, options }] of sections) {
      const settings = given.get(section) ?? new Map<string, Setting>()
      given.set(section, settings)
      if (!headers.has(section)) headers.set(section, { file, line })
      for (const [option, { text, line }] of options) {
        settings.set(option, { section, option, text, place: { file, line } })
      }
    }
  }
  const members = (section: string) =>
    [...given.keys()].filter((name) => table.familyOf(name) === section && table.section(name) !== undefined)
  const fromFamily = (section: string, option: string) => {
    const family = table.familyOf(section)
    if (family === undefined || table.option(section, option)?.individual) return undefined
    return given.get(family)?.get(option)
  }
  /** `[name]` of a family that no file has is off: its other options are there for those that take them. */
  const absent = (section: string, option: string) =>
    option === 'enabled' &&
    table.familyOf(section) === undefined &&
    table.section(section)?.family &&
    !given.has(section)
      ? { section, option, text: 'false' }
      : undefined
  const builtIn = (section: string, option: string) => {
    const text = table.option(section, option)?.default
    return text === undefined ? undefined : { section, option, text }
  }
  return {
    table,
    given,
    headers,
    has: (section) => given.has(section) || Object.hasOwn(table.sections, section),
    members,
    find: (section, option) =>
      given.get(section)?.get(option) ??
      fromFamily(section, option) ??
      absent(section, option) ??
      builtIn(section, option) ??
      given.get('DEFAULT')?.get(option) ??
      builtIn('DEFAULT', option),
  }
}
