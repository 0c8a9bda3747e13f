import { readFileSync } from 'node:fs'
import { renderDiagnostic } from '@haproxystats/core'
import { expect } from 'vitest'
import { optionTable, readConfiguration } from '../support/configuration.ts'

/** An option as tools that write the configuration call it, and a value that it can have. */
interface Sample {
  readonly section: string
  readonly option: string
  /** `<section>_<option>`. */
  readonly variable: string
  readonly text: string
  /** As a tool would be given it. */
  readonly value: string | number | boolean | readonly string[]
}

/** Every option of the table of options. */
export const samples: readonly Sample[] = Object.entries(optionTable.sections).flatMap(([section, { options }]) =>
  Object.entries(options).map(([option, row]) => {
    const text = (row.example ?? row.default ?? row.choices?.at(-1) ?? '').replace(/^true$/, 'false')
    return { section, option, variable: variableOf(section, option), text, value: sampleValue(row.kind, text) }
  }),
)

function variableOf(section: string, option: string): string {
  return `${section}_${option}`.toLowerCase().replaceAll('-', '_')
}

function sampleValue(kind: string, text: string): Sample['value'] {
  if (kind === 'boolean') return text === 'true'
  if (['integer', 'bytes', 'seconds', 'number'].includes(kind)) return Number(text)
  if (kind === 'words') return text.split(' ')
  return kind === 'addresses' ? text.split(', ') : text
}

/** That a file has every option with the value of its sample, and nothing that the programs do not know. */
export function expectEveryOption(file: string): void {
  const { errors, warnings, place, text } = readConfiguration([{ file, text: readFileSync(file, 'utf8') }])
  const harmless = /has no effect; write it in/
  expect([...errors, ...warnings].map(renderDiagnostic).filter((problem) => !harmless.test(problem))).toEqual([])
  for (const { section, option, text: wanted } of samples) {
    expect(place(section, option), `[${section}] ${option}`).toBeDefined()
    if (!wanted.includes('$')) expect(text(section, option), `[${section}] ${option}`).toBe(wanted)
  }
  expect(text('graphite:second', 'server')).toBe('graphite2.example.com')
}

/** A section that is no row of the table. */
export const furtherSections = { 'graphite:second': { server: 'graphite2.example.com', enabled: true } }
