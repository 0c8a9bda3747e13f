import type { ValuesOf } from './kinds.ts'
import type { Sections } from './table.ts'

/** One line of a `*-groups` section: the first pattern that matches a name gives its group. */
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

/**
 * A checked configuration: one object a section, one key an option, by the names of the file; times in seconds, sizes in
 * bytes, unset options `undefined`. Made only by `readConfiguration`, so a value of this type has passed every check.
 */
export interface Configuration {
  readonly paths: ValuesOf<Sections['paths']['options']>
  readonly pull: ValuesOf<Sections['pull']['options']>
  readonly process: ValuesOf<Sections['process']['options']>
  readonly graphite: ValuesOf<Sections['graphite']['options']>
  /** The sections `[graphite:name]`, in the order of the files. */
  readonly graphites: readonly FamilyMember<ValuesOf<Sections['graphite']['options']>>[]
  readonly 'frontend-groups': readonly GroupPattern[]
  readonly 'backend-groups': readonly GroupPattern[]
  readonly 'server-groups': readonly GroupPattern[]
  /** `undefined` unless the file has the section. */
  readonly 'local-store': ValuesOf<Sections['local-store']['options']> | undefined
  /** `undefined` unless the file has the section. */
  readonly http: ValuesOf<Sections['http']['options']> | undefined
}
