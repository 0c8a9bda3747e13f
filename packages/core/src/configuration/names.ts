import type { OptionTable } from '../options/table.ts'
import type { Diagnostic } from './diagnostic.ts'
import { findReferences } from './interpolate.ts'
import { nearest } from './nearest.ts'
import type { Setting, Settings } from './settings.ts'

/** A file with more errors is a file of something else; finding the nearest name for each takes seconds. */
const mostHints = 100

/**
 * Finds the sections and options that nothing reads. One that some `${…}` refers to is the operator's own and in order.
 * Options that haproxystats' own samples carry are only warned of, and so is an option in `[DEFAULT]` that no section
 * inherits.
 */
export function checkNames(settings: Settings): { errors: Diagnostic[]; warnings: Diagnostic[] } {
  const { table } = settings
  const errors: Diagnostic[] = []
  const warnings: Diagnostic[] = []
  const referenced = referencedNames(settings)
  for (const [section, options] of settings.given) {
    const row = table.section(section)
    if (row === undefined) {
      const mistaken = table.familyOf(section) !== undefined || !referenced.sections.has(section)
      if (mistaken) errors.push(unknownSection(section, settings))
      continue
    }
    if (row.entries === 'patterns') continue
    for (const setting of options.values()) {
      if (table.option(section, setting.option) !== undefined || referenced.has(setting)) continue
      const { option } = setting
      const retired = row.retired !== undefined && Object.hasOwn(row.retired, option) ? row.retired[option] : undefined
      const elsewhere = sectionsWith(table, option)
      if (retired !== undefined) warnings.push(errorAt(setting, 'has no effect', retired))
      else if (section !== 'DEFAULT' || elsewhere.length === 0) {
        errors.push(errors.length < mostHints ? unknownOption(table, setting) : errorAt(setting, 'no such option'))
      } else if (elsewhere.every((name) => table.option(name, option)!.default !== undefined)) {
        const hint = `write it in ${listed(elsewhere)}, which has a default of its own`
        warnings.push(errorAt(setting, 'has no effect', hint))
      }
    }
  }
  return { errors, warnings }
}

/**
 * The sections and options that some `${…}` refers to. One without a section, written in `[DEFAULT]` or in `[name]` of a
 * family, is looked up in whichever section inherits it.
 */
function referencedNames(settings: Settings): { sections: Set<string>; has(setting: Setting): boolean } {
  const given = [...settings.given.values()].flatMap((options) => [...options.values()])
  const references = given.flatMap((setting) => {
    const { section: from } = setting
    return findReferences(settings, setting).flatMap(({ section, option }) =>
      [section, ...(section === from ? settings.members(section) : [])].map((name) => ({
        section: name,
        option,
        from,
      })),
    )
  })
  const targets = references.flatMap(({ section, option }) => settings.find(section, option) ?? [])
  const options = new Set(targets.map(nameKey))
  const anywhere = new Set(references.flatMap(({ section, option }) => (section === 'DEFAULT' ? option : [])))
  return {
    sections: new Set(references.flatMap(({ section, from }) => (from === section ? [] : section))),
    has: (setting) => options.has(nameKey(setting)) || anywhere.has(setting.option),
  }
}

function nameKey({ section, option }: { section: string; option: string }): string {
  return JSON.stringify([section, option])
}

function errorAt({ section, option, text, place }: Setting, message: string, hint?: string): Diagnostic {
  return { ...place, section, option, found: text, message, hint }
}

function unknownSection(section: string, { table, headers }: Settings): Diagnostic {
  const family = table.familyOf(section)
  if (family !== undefined) {
    const expected = `1 to 64 letters, digits, _ and - after ${family}:`
    return { ...headers.get(section), section, expected, hint: 'the name becomes part of a file name' }
  }
  const names = Object.keys(table.sections)
  const candidate = nearestMember(table, section) ?? nearest(section, names)
  const hint = candidate === undefined ? `the sections are ${listed(names)}` : `did you mean [${candidate}]?`
  return { ...headers.get(section), section, message: 'no such section', hint }
}

/** For a misspelt `[graphit:second]`: `graphite:second`. */
function nearestMember(table: OptionTable, section: string): string | undefined {
  const colon = section.indexOf(':')
  if (colon === -1) return undefined
  const families = Object.keys(table.sections).filter((name) => table.sections[name]?.family !== undefined)
  const family = nearest(section.slice(0, colon), families)
  if (family === undefined) return undefined
  const name = `${family}:${section.slice(colon + 1).trim()}`
  return table.section(name) === undefined ? undefined : name
}

function unknownOption(table: OptionTable, setting: Setting): Diagnostic {
  const { section, option } = setting
  const own = Object.keys(table.section(section)!.options)
  const elsewhere = sectionsWith(table, option)
  const candidate = nearest(option, own) ?? (elsewhere.length === 0 ? nearestElsewhere(table, option) : undefined)
  const hints = [
    elsewhere.length === 0
      ? undefined
      : `${listed(elsewhere)} ${elsewhere.length === 1 ? 'has' : 'have'} an option of this name`,
    candidate === undefined ? undefined : `did you mean ${candidate}?`,
  ].filter((hint) => hint !== undefined)
  return errorAt(setting, 'no such option', hints.length === 0 ? undefined : hints.join('; '))
}

/** The nearest option of all sections, with the section to write it in. */
function nearestElsewhere(table: OptionTable, option: string): string | undefined {
  const candidate = nearest(
    option,
    Object.values(table.sections).flatMap((row) => Object.keys(row.options)),
  )
  return candidate === undefined ? undefined : `${candidate} in ${listed(sectionsWith(table, candidate))}`
}

/** The sections, other than `[DEFAULT]`, that have an option of this name. */
function sectionsWith(table: OptionTable, option: string): string[] {
  const names = Object.keys(table.sections)
  return names.filter((section) => section !== 'DEFAULT' && table.option(section, option) !== undefined)
}

function listed(names: readonly string[]): string {
  return names.map((name) => `[${name}]`).join(', ')
}
