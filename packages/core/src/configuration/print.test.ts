import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SectionName, sections } from '../options/table.ts'
import { renderDefaults, renderEffective } from './print.ts'
import { type Reading, readConfiguration } from './read.ts'

const all = Object.keys(sections) as SectionName[]

function read(text: string): Reading {
  return readConfiguration([{ file: 'a.conf', text }])
}

describe('renderDefaults', () => {
  it('prints the sections that are asked for', () => {
    expect(renderDefaults(['DEFAULT', 'paths', 'local-store'])).toBe(
      [
        '[DEFAULT]',
        'loglevel = info',
        'log-format = auto',
        'retries = 2',
        'timeout = 1',
        'interval = 2',
        '',
        '[paths]',
        'base-dir = /var/lib/haproxystats',
        '',
        '# [local-store]',
        '# dir = /var/lib/haproxystats/local-store',
        '# # backlog =',
        '# # backlog-full =',
        '# # incomplete =',
        '',
      ].join('\n'),
    )
    expect(renderDefaults(['pull'])).toContain('\n# socket-dir =\n# servers =\nretries = 1\n')
  })

  it('reads back as the default configuration', () => {
    const { configuration, problems, warnings } = read(renderDefaults(all))
    expect([problems, warnings]).toEqual([[], []])
    expect(configuration).toEqual(readConfiguration([]).configuration)
  })
})

describe('renderEffective', () => {
  it('prints values after inheritance and interpolation', () => {
    const reading = read(
      '[DEFAULT]\nloglevel = debug\nown = a\n[paths]\nbase-dir = /b$$/${own}\n[frontend-groups]\nshop = ^s$\n[process]\nfrontend-metrics = a\n b\n\n c\n',
    )
    expect(renderEffective(reading, ['DEFAULT', 'paths', 'frontend-groups', 'local-store'])).toBe(
      [
        '[DEFAULT]',
        'loglevel = debug',
        'log-format = auto',
        'retries = 2',
        'timeout = 1',
        'interval = 2',
        '',
        '[paths]',
        'base-dir = /b$$/a',
        '',
        '[frontend-groups]',
        'shop = ^s$$',
        '',
      ].join('\n'),
    )
    const process = renderEffective(reading, ['process'])
    expect(process).toContain('\nloglevel = debug\nlog-format = auto\nsrc-dir = /b$$/a/incoming\n')
    expect(process).toContain('\nfrontend-metrics = a\n    b\n\n    c\n# backend-metrics =\n')
  })

  it('prints a section that is enabled by its presence only when it is there', () => {
    expect(renderEffective(read('[local-store]\n'), ['local-store'])).toBe(
      '[local-store]\ndir = /var/lib/haproxystats/local-store\n# backlog =\n# backlog-full =\n# incomplete =\n',
    )
  })

  it('reads back as the same configuration, whatever the values', () => {
    const characters = fc.constantFrom(...'ab#;=:[]"\'\\ ${}\t\n/é', '$$', '\n ', '${paths:base-dir}')
    const text = fc.array(characters, { maxLength: 12 }).map((parts) => parts.join(''))
    const file = fc.tuple(text, text, text).map(([namespace, metrics, group]) => {
      return `[graphite]\nnamespace = x${namespace}\n[process]\nfrontend-metrics = x${metrics}\n[frontend-groups]\ng = x${group}\n`
    })
    const sound = file.map(read).filter(({ configuration }) => configuration !== undefined)
    fc.assert(
      fc.property(sound, (reading) => {
        const printed = renderEffective(reading, all)
        const again = read(printed)
        expect(again.problems).toEqual([])
        expect(again.configuration).toEqual(reading.configuration)
        expect(renderEffective(again, all)).toBe(printed)
      }),
      { numRuns: 200 },
    )
  })
})
