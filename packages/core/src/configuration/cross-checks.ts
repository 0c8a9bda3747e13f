import { relative } from 'node:path'
import type { Diagnostic } from './diagnostic.ts'

/** What the checks look at. */
export interface Values {
  /** The checked value of an option; `undefined` when it is unset or mistaken. */
  value(section: string, option: string): unknown
  /** Whether a file sets the option, or has the section. */
  given(section: string, option?: string): boolean
  /** The sections `[section:word]` of the files. */
  members(section: string): readonly string[]
}

/** Options that do not go together, told of one of them or of a section. */
export type Clash = Diagnostic & { readonly section: string }

/** A rule over several options. What it returns is completed with what the option is set to, and where. */
export type CrossCheck = (values: Values) => Clash | readonly Clash[] | undefined

/** Where an option stands: the names of its section and its own. */
export type OptionName = readonly [section: string, option: string]

/** Two options of a section that need each other. */
export function bothOrNeither(values: Values, section: string, one: string, other: string): Clash | undefined {
  return requires(values, section, one, other) ?? requires(values, section, other, one)
}

/** An option that has no effect without another one of its section. */
export function requires(values: Values, section: string, option: string, needed: string): Clash | undefined {
  if (!values.given(section, option) || values.given(section, needed)) return undefined
  return { section, option, message: `without ${needed} it has no effect`, hint: `set ${needed} too` }
}

/** Two directories of which neither is, or is within, the other. */
export function apartDirectories(values: Values, one: OptionName, other: OptionName): Clash | undefined {
  const clash = (a: string, b: string) => isWithin(a, b) || isWithin(b, a)
  return compareDirectories(values, [one, other], clash, 'a directory apart from')
}

export function differentDirectories(values: Values, one: OptionName, other: OptionName): Clash | undefined {
  return compareDirectories(values, [one, other], (a, b) => relative(a, b) === '', 'another directory than')
}

function isWithin(path: string, directory: string): boolean {
  return !/^\.\.(?:\/|$)/.test(relative(directory, path))
}

function compareDirectories(
  values: Values,
  [one, other]: readonly [OptionName, OptionName],
  clash: (a: string, b: string) => boolean,
  relation: string,
): Clash | undefined {
  const [a, b] = [values.value(...one), values.value(...other)]
  if (typeof a !== 'string' || typeof b !== 'string' || !clash(a, b)) return undefined
  const [at, from] = values.given(...one) || !values.given(...other) ? [one, other] : [other, one]
  const [section, option] = at
  const against = `${from[1]} of [${from[0]}], which is ${String(values.value(...from))}`
  return { section, option, expected: `${relation} ${against}` }
}
