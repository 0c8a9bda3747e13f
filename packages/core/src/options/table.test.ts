import { describe, expect, it } from 'vitest'
import { optionTable } from '../../../../test/support/configuration.ts'
import { checkValue } from '../configuration/values.ts'
import { optionKinds } from './kinds.ts'

const rows = Object.entries(optionTable.sections).flatMap(([section, { options }]) =>
  Object.entries(options).map(([name, option]) => ({ section, name, option })),
)

describe('the table of options', () => {
  it.each(rows)('[$section] $name is complete', ({ section, name, option }) => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(option.summary).toMatch(/^[A-Z].*\.$/)
    expect(Object.keys(optionKinds)).toContain(option.kind)
    if (option.kind !== 'words') expect(option.kind === 'choice').toBe(option.choices !== undefined)
    const inherited = option.inherited ? optionTable.option('DEFAULT', name)?.default : undefined
    const shown = option.default ?? inherited ?? option.example
    expect(shown, 'has a default, or inherits one, or shows an example').toBeDefined()
    expect(section === 'DEFAULT' ? option.default : 'x').toBeDefined()
  })

  it.each(rows.flatMap((row) => (row.option.default === undefined ? [] : { ...row, text: row.option.default })))(
    '[$section] $name accepts its default, $text',
    ({ option, text }) => {
      expect(checkValue(text.replace(/\$\{.*?\}/, '/x'), option)).toHaveProperty('value')
    },
  )

  it.each(rows.flatMap((row) => (row.option.example === undefined ? [] : { ...row, text: row.option.example })))(
    '[$section] $name accepts its example, $text',
    ({ option, text }) => {
      expect(checkValue(text, option)).toHaveProperty('value')
    },
  )

  it('has no rows by the names of objects', () => {
    expect(optionTable.section('constructor')).toBeUndefined()
    expect(optionTable.option('pull', '__proto__')).toBeUndefined()
    expect(optionTable.option('__proto__', 'x')).toBeUndefined()
  })
})
