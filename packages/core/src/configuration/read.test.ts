import { describe, expect, it } from 'vitest'
import { errorsIn, parseConfiguration, readConfiguration } from '../../../../test/support/configuration.ts'
import { StatsError } from '../errors.ts'
import type { ConfigurationResult } from './read.ts'

function read(...texts: string[]): ConfigurationResult {
  return readConfiguration(texts.map((text, index) => ({ file: index === 0 ? 'a.conf' : `${index}.conf`, text })))
}

describe('without a file', () => {
  it('every section has its defaults, and those that a file enables are absent', () => {
    const { configuration, errors, warnings } = read()
    expect([errors, warnings]).toEqual([[], []])
    expect(configuration).toMatchObject({
      pull: { timeout: 0.1, servers: undefined, 'dst-dir': '/var/lib/haproxystats/incoming', 'tls-insecure': false },
      process: { loglevel: 'info', 'src-dir': '/var/lib/haproxystats/incoming', 'quarantine-size': 104857600 },
      graphite: { enabled: false, server: '127.0.0.1', 'group-namespace': undefined },
      graphites: [],
      'frontend-groups': [],
    })
    expect([configuration?.['local-store'], configuration?.http]).toEqual([undefined, undefined])
  })
})

describe('precedence', () => {
  it('is the section, its built-in default, [DEFAULT], the built-in [DEFAULT]', () => {
    const { pull, graphite } = parseConfiguration(
      '[DEFAULT]\nretries = 7\nloglevel = debug\nsocket-dir = /d\ntimeout = 9\n[graphite]\nretries = 5\n',
    )
    expect(graphite.retries).toBe(5)
    expect(pull.retries).toBe(1)
    expect(pull.timeout).toBe(0.1)
    expect(pull.loglevel).toBe('debug')
    expect(pull['socket-dir']).toBe('/d')
  })

  it('lets a later file override an earlier one, option by option', () => {
    const { configuration } = read(
      '[pull]\nworkers = 2\nretries = 3\n[process]\nworkers = 5\n',
      '[pull]\nworkers = 9\n',
    )
    expect(configuration?.pull).toMatchObject({ workers: 9, retries: 3 })
    expect(configuration?.process.workers).toBe(5)
  })

  it('enables local-store by its section, from any file', () => {
    expect(parseConfiguration('[local-store]\n')['local-store']).toEqual({ dir: '/var/lib/haproxystats/local-store' })
    expect(read('', '[local-store]\ndir = /x\n').configuration?.['local-store']).toEqual({ dir: '/x' })
  })
})

describe('mistakes', () => {
  it('are all told at once, in the order of files and lines', () => {
    const first = '[pull]\npull-interval = ten\nbogus\nworkers = 0\nworkers = 3\n[graphite]\nport = 99999\nserver =\n'
    const second = '[graphite]\nport = x\nfqdn = maybe\n[proces]\n'
    expect(errorsIn(first, second)).toEqual([
      'a.conf:2: [pull] pull-interval = ten: expected a whole number from 1 to 86400 (seconds)',
      'a.conf:3: [pull] bogus: expected name = value; a comment begins with # or ;, and a line that continues a value is indented',
      'a.conf:4: [pull] workers = 0: expected a whole number from 1 to 1024',
      'a.conf:5: [pull] workers: given a second time, first in line 4; keep one of them',
      'a.conf:8: [graphite] server =: expected the name or the IP address of a host; leave the line out for the default, 127.0.0.1',
      '1.conf:2: [graphite] port = x: expected a whole number from 1 to 65535',
      '1.conf:3: [graphite] fqdn = maybe: expected true or false',
      '1.conf:4: [proces]: no such section; did you mean [process]?',
    ])
  })

  it('of an inherited value are told where it stands, once', () => {
    expect(errorsIn('[DEFAULT]\nloglevel = chatty\nretries = x\n')).toEqual([
      'a.conf:2: [DEFAULT] loglevel = chatty: expected one of debug, info, warning, error, critical',
      'a.conf:3: [DEFAULT] retries = x: expected a whole number of at least -1',
    ])
  })

  it('of an option are not told again for the defaults that refer to it', () => {
    expect(errorsIn('[paths]\nbase-dir = var\n')).toEqual([
      'a.conf:2: [paths] base-dir = var: expected an absolute path',
    ])
  })

  it('leave no configuration', () => {
    expect(read('[pull]\nworkers = 0\n').configuration).toBeUndefined()
    expect(() => parseConfiguration('[pull]\nworkers = 0\n[x]\n', 'b.conf')).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringMatching(/^b\.conf:2: .*\nb\.conf:3: /) }),
    )
    expect(() => parseConfiguration('x')).toThrow(StatsError)
  })
})
