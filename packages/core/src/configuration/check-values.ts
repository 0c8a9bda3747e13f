import { option as builders, type GroupPattern, type Option } from '../options/kinds.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Interpolated } from './interpolate.ts'
import type { Settings } from './settings.ts'
import { checkValue } from './values.ts'

/** The row of each line in a section of patterns. */
const patternRow = builders.pattern('The pattern of a group.')

/** What all checks of values share. */
export interface Context {
  readonly settings: Settings
  readonly interpolate: (section: string, option: string) => Interpolated
  /** Where mistakes are noted. */
  readonly errors: Diagnostic[]
}

/** The values of every section by name; a mistaken option stays `undefined`, as does a section that is not enabled. */
export function checkValues(context: Context): Map<string, unknown> {
  const { table, members } = context.settings
  const values = new Map<string, unknown>()
  for (const section of Object.keys(table.sections).flatMap((name) => [name, ...members(name)])) {
    const row = table.section(section)!
    if (row.entries === 'patterns') values.set(section, checkPatterns(context, section))
    else if (row.enabledByPresence && row.family === undefined && !context.settings.given.has(section))
      values.set(section, undefined)
    else {
      const options = Object.entries(row.options).map(([name, option]) => {
        return [name, checkOption(context, section, name, option)] as const
      })
      if (section === 'DEFAULT') continue
      values.set(section, Object.fromEntries(options))
    }
  }
  return values
}

function checkPatterns(context: Context, section: string): GroupPattern[] {
  const names = [...(context.settings.given.get(section)?.keys() ?? [])]
  return names.flatMap((name) => {
    const pattern = checkOption(context, section, name, patternRow)
    return pattern instanceof RegExp ? [{ name, pattern }] : []
  })
}

/**
 * The checked value of one option; mistakes are noted where the option is set. A built-in default can only fail through
 * an option that it refers to, and the mistake is told there.
 */
function checkOption(
  { settings, errors, interpolate }: Context,
  section: string,
  option: string,
  row: Option,
): unknown {
  const interpolated = interpolate(section, option)
  if (interpolated === undefined) return undefined
  if ('error' in interpolated) {
    errors.push(interpolated.error)
    return undefined
  }
  const checked = checkValue(interpolated.text, row)
  if ('value' in checked) return checked.value
  const setting = settings.find(section, option)!
  if (setting.place === undefined) return undefined
  const at = { ...setting.place, section: setting.section, option: setting.option }
  errors.push(...checked.mistakes.map((mistake) => ({ ...at, ...mistake })))
  return undefined
}
