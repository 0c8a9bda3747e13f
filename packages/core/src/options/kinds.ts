import type { CrossCheck } from '../configuration/cross-checks.ts'

/**
 * The kinds of values an option can have. `expected` completes the sentence "expected …" in an error message; `max` bounds
 * what a row of the table does not: a timer of Node.js fires at once when it is set to more than 24 days, and six times the
 * longest wait must stay below that.
 */
export const optionKinds = {
  text: { expected: 'text' },
  path: { expected: 'an absolute path' },
  host: { expected: 'the name or the IP address of a host' },
  integer: { expected: 'a whole number' },
  seconds: { expected: 'a number', unit: 'seconds', max: 86_400 },
  number: { expected: 'a number' },
  bytes: { expected: 'a whole number', unit: 'bytes' },
  boolean: { expected: 'true or false' },
  choice: { expected: 'one word' },
  words: { expected: 'names separated by spaces' },
  pattern: { expected: 'a regular expression' },
  addresses: { expected: 'addresses separated by commas, as unix:///path, tcp://host:port or http://host:port/path' },
  listeners: { expected: 'addresses to listen at, separated by commas, as 127.0.0.1:8405 or unix:///path' },
} as const satisfies Record<string, Kind>

/** What is the same for all options of one kind. */
export interface Kind {
  readonly expected: string
  readonly unit?: string
  readonly max?: number
}

export type OptionKind = keyof typeof optionKinds

/** The row of a kind, without the type of each. */
export function kindRow(kind: OptionKind): Kind {
  return optionKinds[kind]
}

interface KindValues {
  text: string
  path: string
  host: string
  integer: number
  seconds: number
  number: number
  bytes: number
  boolean: boolean
  choice: string
  words: readonly string[]
  pattern: RegExp
  addresses: readonly string[]
  listeners: readonly string[]
}

/** One row of the table of options. Everything that is known of an option stands in its row. */
export interface Option {
  readonly kind: OptionKind
  /** As it would stand in the file; may interpolate. Absent: the option is unset unless the file sets it. */
  readonly default?: string
  /** Without a default of its own the option takes that of `[DEFAULT]`, so it always has a value. */
  readonly inherited?: true
  /** Inclusive bounds for numbers. */
  readonly min?: number
  readonly max?: number
  /** For `seconds`: no decimals. */
  readonly whole?: true
  /** For `choice`, and for `words` that are not names of something else. */
  readonly choices?: readonly string[]
  /** One sentence or two for the manual, with the meaning of special values. */
  readonly summary: string
  /** A value worth showing in the manual where the default is unset or says little. */
  readonly example?: string
  /** First release of haproxystats with it; absent: haproxystats 0.5.2 (Python) has it too. */
  readonly since?: string
  /** In a section `[name:word]` of a family: not taken from `[name]`. */
  readonly individual?: true
}

/**
 * Beside `[name]` there may be any number of sections `[name:word]` with the same options, each a thing of its own. What
 * one does not set it takes from `[name]` in the files, then from the built-in defaults of `[name]`, then from `[DEFAULT]`.
 * The family has an option `enabled`, which is off for `[name]` itself unless a file has that section.
 */
export interface Family {
  /** What the list of these sections is called in the configuration. */
  readonly list: string
  /** Lines of one of them, worth showing in the manual: its header first. */
  readonly example: readonly string[]
}

type OptionRow = Omit<Option, 'kind' | 'summary'>

function row<Kind extends OptionKind>(kind: Kind) {
  return <const Row extends OptionRow = Record<never, never>>(summary: string, more?: Row) =>
    ({ kind, summary, ...more }) as { readonly kind: Kind; readonly summary: string } & Row
}

/** Makes the row of an option, by its kind: `option.seconds('Timeout for connecting.', { default: '1', min: 0.001 })`. */
export const option = Object.fromEntries(
  Object.keys(optionKinds).map((kind) => [kind, row(kind as OptionKind)]),
) as unknown as { readonly [Kind in OptionKind]: ReturnType<typeof row<Kind>> }

/** A group of options: one `[section]` of the file. */
export interface Section {
  readonly summary: string
  /** For a section without fixed options: a line worth showing in the manual. */
  readonly example?: string
  /** The program that reads the section; all programs when absent. */
  readonly program?: string
  /** What this section or others must have for the program to do anything: a sentence for the head of the manual. */
  readonly needs?: string
  /**
   * The feature exists only when the file has the section. The options of a family have values all the same, because
   * others take them: its `[name:word]`, and what writes metric paths.
   */
  readonly enabledByPresence?: boolean
  /** Instead of fixed options: ordered `name = regular expression`. */
  readonly entries?: 'patterns'
  readonly family?: Family
  readonly options: Readonly<Record<string, Option>>
  /** Rules over several options, of this section and of others: those that must hold, and those that should. */
  readonly checks?: { readonly errors?: readonly CrossCheck[]; readonly warnings?: readonly CrossCheck[] }
  /** Options that sample files of haproxystats carry or carried though nothing reads them, with what to do instead. */
  readonly retired?: Readonly<Record<string, string>>
}

type Value<O extends Option> = O extends { kind: 'words'; choices: readonly (infer C)[] }
  ? readonly C[]
  : O extends { choices: readonly (infer C)[] }
    ? C
    : KindValues[O['kind']]

/** The type of a section's parsed options: options that neither have nor inherit a default may be `undefined`. */
export type ValuesOf<Options extends Readonly<Record<string, Option>>> = {
  readonly [Name in keyof Options]: Options[Name] extends { default: string } | { inherited: true }
    ? Value<Options[Name]>
    : Value<Options[Name]> | undefined
}

/** One line of a section of patterns: the first pattern that matches a name gives its group. */
export interface GroupPattern {
  readonly name: string
  readonly pattern: RegExp
}

/** A section `[name:word]` of a family, with what it takes from `[name]` filled in. */
export interface FamilyMember<Options> {
  /** As it stands in the file, without brackets: `graphite:second`. */
  readonly section: string
  readonly options: Options
}

type ValueOfSection<S extends Section> = S extends { entries: 'patterns' }
  ? readonly GroupPattern[]
  : S extends { family: Family }
    ? ValuesOf<S['options']>
    : S extends { enabledByPresence: true }
      ? ValuesOf<S['options']> | undefined
      : ValuesOf<S['options']>

/**
 * The type of the parsed sections, by name: `undefined` for one that a file enables and does not have. The sections
 * `[name:word]` of a family are a list of their own, in the order of the files.
 */
export type ValuesOfSections<Sections extends Readonly<Record<string, Section>>> = {
  readonly [Name in keyof Sections]: ValueOfSection<Sections[Name]>
} & {
  readonly [Name in keyof Sections as Sections[Name] extends { family: { list: infer List extends string } }
    ? List
    : never]: readonly FamilyMember<ValuesOf<Sections[Name]['options']>>[]
}
