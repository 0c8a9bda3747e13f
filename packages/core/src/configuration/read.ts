import type { Configuration } from '../options/common.ts'
import type { OptionTable } from '../options/table.ts'
import { type Context, checkValues } from './check-values.ts'
import type { Clash, CrossCheck, Values } from './cross-checks.ts'
import { concealed, type Diagnostic, type Place } from './diagnostic.ts'
import { type ConfigurationText, readIniFile } from './ini-file.ts'
import { createInterpolation } from './interpolate.ts'
import { checkNames } from './names.ts'
import { layer, type Settings } from './settings.ts'

/** What became of reading a configuration. */
export interface ConfigurationResult {
  readonly table: OptionTable
  /** `undefined` when there are errors. */
  readonly configuration: Configuration | undefined
  /** All mistakes, in the order of files and lines. */
  readonly errors: readonly Diagnostic[]
  /** What is odd but harmless. */
  readonly warnings: readonly Diagnostic[]
  readonly files: readonly string[]
  /** What an option is set to after interpolation, as text; `undefined` when it is unset or cannot be interpolated. */
  text(section: string, option: string): string | undefined
  /** The sections `[section:word]` of the files, when the section is a family. */
  members(section: string): readonly string[]
  /** The names of a `*-groups` section, in order. */
  names(section: string): readonly string[]
  /** Where a section, or an option with inheritance, is set; `undefined` for built-in defaults. */
  place(section: string, option?: string): Place | undefined
}

/**
 * Reads and checks configuration files, given as texts in the order in which they were named; a later one overrides an
 * earlier one. No file at all is the default configuration. Mistakes anywhere are found, also in sections that the program
 * does not read.
 */
export function readConfiguration(texts: readonly ConfigurationText[], table: OptionTable): ConfigurationResult {
  const files = texts.map(readIniFile)
  const settings = layer(
    files.map(({ ini }) => ini),
    table,
  )
  const context = {
    settings,
    errors: files.flatMap((file) => file.errors),
    interpolate: createInterpolation(settings),
  }
  const names = checkNames(settings)
  context.errors.push(...names.errors)
  const values = checkValues(context)
  const crossed = applyCrossChecks(context, values)
  const order = texts.map(({ file }) => file)
  const errors = presentable(table, [...context.errors, ...crossed.errors], order)
  return {
    table,
    configuration: errors.length === 0 ? collectValues(values, settings) : undefined,
    errors,
    warnings: presentable(table, [...names.warnings, ...crossed.warnings], order),
    files: order,
    text: (section, option) => {
      const interpolated = context.interpolate(section, option)
      return interpolated !== undefined && 'text' in interpolated ? interpolated.text : undefined
    },
    members: settings.members,
    names: (section) => [...(settings.given.get(section)?.keys() ?? [])],
    place: (section, option) =>
      option === undefined ? settings.headers.get(section) : settings.find(section, option)?.place,
  }
}

function collectValues(values: ReadonlyMap<string, unknown>, settings: Settings): Configuration {
  const entries = Object.entries(settings.table.sections).flatMap(([section, { family }]) => {
    const own = [section, values.get(section)] as const
    if (family === undefined) return section === 'DEFAULT' ? [] : [own]
    const members = settings.members(section).map((name) => ({ section: name, options: values.get(name) }))
    return [own, [family.list, members] as const]
  })
  return Object.fromEntries(entries) as unknown as Configuration
}

function applyCrossChecks({ settings, interpolate }: Context, values: ReadonlyMap<string, unknown>) {
  const view: Values = {
    members: settings.members,
    value: (section, option) => (values.get(section) as Record<string, unknown> | undefined)?.[option],
    given: (section, option) =>
      option === undefined ? settings.given.has(section) : settings.find(section, option)?.place !== undefined,
  }
  const complete = (clash: Clash): Diagnostic => {
    const { section, option } = clash
    if (option === undefined) return { ...settings.headers.get(section), ...clash }
    const set = interpolate(section, option)
    const found = set !== undefined && 'text' in set ? { found: set.text } : {}
    return { ...settings.find(section, option)?.place, ...found, ...clash }
  }
  const apply = (check: CrossCheck) => [check(view) ?? []].flat().map(complete)
  const checks = Object.values(settings.table.sections).map((section) => section.checks ?? {})
  return {
    errors: checks.flatMap(({ errors = [] }) => errors.flatMap(apply)),
    warnings: checks.flatMap(({ warnings = [] }) => warnings.flatMap(apply)),
  }
}

/** As they may be shown, by file and line, each once: several options can meet the same mistake. */
function presentable(table: OptionTable, errors: readonly Diagnostic[], order: readonly string[]): Diagnostic[] {
  const shown = errors.map(({ found, ...error }) => {
    const { section = '', option = '' } = error
    return found === undefined ? error : { ...error, found: concealed(table.option(section, option), found) }
  })
  const unique = new Map(shown.map((error) => [JSON.stringify(error), error]))
  const rank = ({ file }: Diagnostic) => (file === undefined ? order.length : order.indexOf(file))
  return [...unique.values()].sort((a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0))
}
