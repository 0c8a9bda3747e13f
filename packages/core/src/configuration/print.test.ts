import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { optionTable, readConfiguration } from '../../../../test/support/configuration.ts'
import { renderDefaults, renderEffective } from './print.ts'
import type { ConfigurationResult } from './read.ts'

const programs = ['haproxystats-pull', 'haproxystats-process']
const printed = (reading: ConfigurationResult) =>
  programs.map((program) => renderEffective(reading, program)).join('\n')

function read(text: string): ConfigurationResult {
  return readConfiguration([{ file: 'a.conf', text }])
}

describe('renderDefaults', () => {
  it('prints the sections that a program reads', () => {
    const [pull, process] = programs.map((program) => renderDefaults(optionTable, program))
    const common = [
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
    ].join('\n')
    expect(pull).toMatch(`${common}\n[pull]\n`)
    expect(pull).toContain('\n# socket-dir =\n# servers =\nretries = 1\n')
    expect(process).toMatch(`${common}\n[process]\n`)
    const localStore = ['', '# [local-store]', '# dir = /var/lib/haproxystats/local-store', '# # backlog =', '']
    expect(process).toContain(localStore.join('\n'))
    expect(pull!.match(/\[.*\]/g)).toEqual(['[DEFAULT]', '[paths]', '[pull]'])
    expect(process).not.toContain('[pull]')
  })

  it.each(programs)('reads back as the default configuration of %s', (program) => {
    const { configuration, errors, warnings } = read(renderDefaults(optionTable, program))
    expect([errors, warnings]).toEqual([[], []])
    expect(configuration).toEqual(readConfiguration([]).configuration)
  })
})

describe('renderEffective', () => {
  it('prints values after inheritance and interpolation, and enabled sections alone', () => {
    const reading = read(
      '[DEFAULT]\nloglevel = debug\nown = a\n[paths]\nbase-dir = /b$$/${own}\n[frontend-groups]\nshop = ^s$\n[process]\nfrontend-metrics = a\n b\n\n c\n[local-store]\n',
    )
    const text = renderEffective(reading, 'haproxystats-process')
    expect(text).toMatch('[DEFAULT]\nloglevel = debug\nlog-format = auto\n')
    expect(text).toContain('\n\n[paths]\nbase-dir = /b$$/a\n\n')
    expect(text).toContain('\nloglevel = debug\nlog-format = auto\nsrc-dir = /b$$/a/incoming\n')
    expect(text).toContain('\nfrontend-metrics = a\n    b\n\n    c\n# backend-metrics =\n')
    expect(text).toContain('\n\n[frontend-groups]\nshop = ^s$$\n\n')
    expect(text).toMatch(/\n\n\[local-store\]\ndir = \/var\/lib\/haproxystats\/local-store\n# backlog =\n.*\n.*\n$/)
    expect(text).not.toContain('[graphite]')
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
        const text = printed(reading)
        // Both programs print [DEFAULT] and [paths].
        const again = readConfiguration(programs.map((file) => ({ file, text: renderEffective(reading, file) })))
        expect(again.errors).toEqual([])
        expect(again.configuration).toEqual(reading.configuration)
        expect(printed(again)).toBe(text)
      }),
      { numRuns: 200 },
    )
  })
})
