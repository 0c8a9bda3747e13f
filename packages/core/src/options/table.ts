import { commonSections } from './common.ts'
import type { Option, Section } from './kinds.ts'

/**
 * Every section that a file may have, and every option of each, in the order of the manual. Parsing, checking, printing, the
 * sample configuration and the manual are made from it.
 */
export interface OptionTable {
  readonly sections: Readonly<Record<string, Section>>
  /** The row of a section, or of the family it belongs to; names come from outside. */
  section(name: string): Section | undefined
  option(section: string, option: string): Option | undefined
  /** Of a section named as `[graphite:second]`: `graphite`, if that is a family. The name after the colon is not checked. */
  familyOf(section: string): string | undefined
}

/** The name of a section of a family after the colon; it is also the end of a file's name in the queue. */
const memberName = /^[A-Za-z0-9_-]{1,64}$/

/** The table of these sections behind those that every program reads. */
export function createOptionTable(own: Readonly<Record<string, Section>>): OptionTable {
  const sections: Readonly<Record<string, Section>> = { ...commonSections, ...own }
  const familyOf = (section: string) => {
    const name = section.slice(0, Math.max(0, section.indexOf(':')))
    return Object.hasOwn(sections, name) && sections[name]?.family !== undefined ? name : undefined
  }
  const section = (name: string) => {
    const family = familyOf(name)
    if (family === undefined) return Object.hasOwn(sections, name) ? sections[name] : undefined
    return memberName.test(name.slice(family.length + 1)) ? sections[family] : undefined
  }
  const option = (sectionName: string, name: string) => {
    const options = section(sectionName)?.options
    return options !== undefined && Object.hasOwn(options, name) ? options[name] : undefined
  }
  return { sections, section, option, familyOf }
}
