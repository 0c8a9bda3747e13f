import { describe, expect, it } from 'vitest'
import { errorsIn, parseConfiguration, readConfiguration, warningsIn } from '../../../../test/support/configuration.ts'
import { renderEffective } from './print.ts'
import type { ConfigurationResult } from './read.ts'

function read(...texts: string[]): ConfigurationResult {
  const files = texts.map((text, index) => ({ file: index === 0 ? 'a.conf' : `${index}.conf`, text }))
  return readConfiguration(files)
}

/** Two destinations that differ, so that nothing is warned of. */
const two = '[graphite]\nport = 2003\n[graphite:second]\nport = 2004\n'

describe('sections [graphite:name]', () => {
  it('are a list beside [graphite], in the order of the files', () => {
    const { configuration } = read('[graphite]\nport = 2003\n[graphite:b]\nport = 1\n', '[graphite:a]\nport = 2\n')
    expect(configuration?.graphite.port).toBe(2003)
    const named = configuration?.graphites.map(({ section, options }) => [section, options.port])
    expect(named).toEqual([
      ['graphite:b', 1],
      ['graphite:a', 2],
    ])
  })

  it('take what they do not set from [graphite], its built-in defaults and [DEFAULT], in this order', () => {
    const { graphite, graphites } = parseConfiguration(
      '[DEFAULT]\nretries = 9\ndelay = 99\ngroup-namespace = g\n[graphite]\nnamespace = a\ndelay = 7\nfqdn = no\n[graphite:x]\nfqdn = yes\n',
    )
    expect(graphites[0]?.options).toEqual({ ...graphite, fqdn: true })
    expect(graphites[0]?.options).toMatchObject({ namespace: 'a', delay: 7, retries: 3, 'group-namespace': 'g' })
  })

  it('resolve what they inherit with their own values', () => {
    const text = '[graphite]\nsite = one\nnamespace = ${site}.lb\n[graphite:x]\nport = 1\nsite = two\n'
    const { configuration } = read(text)
    expect(errorsIn(text)).toEqual([])
    expect(configuration?.graphite.namespace).toBe('one.lb')
    expect(configuration?.graphites[0]?.options.namespace).toBe('two.lb')
  })

  it('can be referred to', () => {
    const text = `${two}[graphite:third]\nport = 1\nserver = r\${graphite:second:port}\n`
    expect(parseConfiguration(text).graphites[1]?.options.server).toBe('r2004')
    expect(errorsIn('[graphite]\nserver = ${graphite:nosuch:server}\n')).toEqual([
      expect.stringMatching(/refers to the section \[graphite:nosuch\], which does not exist/),
    ])
  })

  it.each(['x', 'A-b_9', 'x'.repeat(64)])('may be called %s', (name) => {
    expect(errorsIn(`[graphite:${name}]\nport = 1\n`)).toEqual([])
  })

  it.each(['', 'a b', 'a/b', '../a', 'a.b', 'a:b', 'ä', 'x'.repeat(65)])('may not be called %j', (name) => {
    const expected = '1 to 64 letters, digits, _ and - after graphite:'
    expect(errorsIn(`[graphite]\n[graphite:${name}]\nport = 1\n`)).toEqual([
      `a.conf:2: [graphite:${name}]: expected ${expected}; the name becomes part of a file name`,
    ])
  })

  it.each([
    ['[graphit:second]', 'a.conf:1: [graphit:second]: no such section; did you mean [graphite:second]?'],
    ['[Graphite:second]', 'a.conf:1: [Graphite:second]: no such section; did you mean [graphite:second]?'],
    ['[local-store:b]', 'a.conf:1: [local-store:b]: no such section; did you mean [local-store]?'],
    ['[pull:b]', 'a.conf:1: [pull:b]: no such section; did you mean [pull]?'],
    ['[graphite:x]\nnamespce = a', 'a.conf:2: [graphite:x] namespce = a: no such option; did you mean namespace?'],
    ['[graphite:x]\nport = none', 'a.conf:2: [graphite:x] port = none: expected a whole number from 1 to 65535'],
    [
      '[graphite:x]\nport = 1\nport = 2',
      'a.conf:3: [graphite:x] port: given a second time, first in line 2; keep one of them',
    ],
    [
      '[graphite]\ndelay = long\n[graphite:x]\nport = 1',
      'a.conf:2: [graphite] delay = long: expected a number from 0 to 86400 (seconds)',
    ],
  ])('with a mistake: %j', (text, message) => {
    expect(errorsIn(`${text}\n`)).toEqual([message])
  })

  it('only warn of retired options', () => {
    const text = '[graphite:x]\nprefix_hostname = true\n'
    expect(errorsIn(text)).toEqual([])
    expect(warningsIn(text)).toEqual([
      'a.conf:2: [graphite:x] prefix_hostname = true: has no effect; write prefix-hostname instead',
    ])
  })

  it('are printed as they are in effect, and read back the same', () => {
    const reading = read(`${two}server = r2\n[graphite:off]\nenabled = no\n`)
    const program = 'haproxystats-process'
    const printed = renderEffective(reading, program)
    expect(printed).toMatch(/\n\[graphite:second\]\nenabled = true\nserver = r2\nport = 2004\nretries = 3\n/)
    expect(read(printed).configuration).toEqual(reading.configuration)
    const replaced = read('[graphite:x]\nserver = r\n')
    expect(read(renderEffective(replaced, program)).configuration).toEqual(replaced.configuration)
  })
})

describe('which of them are destinations', () => {
  const enabled = (text: string) => {
    const { graphite, graphites } = parseConfiguration(text)
    return [graphite.enabled, ...graphites.map(({ options }) => options.enabled)]
  }

  it.each([
    ['', [false]],
    ['[http]', [false]],
    ['[graphite]', [true]],
    ['[DEFAULT]\nenabled = true\n[local-store]', [false]],
    ['[graphite]\n[graphite:x]\nport = 1', [true, true]],
    ['[graphite:x]\nport = 1', [false, true]],
    ['[graphite]\nenabled = false\n[graphite:x]', [false, true]],
    ['[graphite]\nport = 1\n[graphite:x]\nenabled = false', [true, false]],
    ['[DEFAULT]\nenabled = false\n[graphite:x]', [false, true]],
  ])('%j: %j', (text, expected) => {
    expect(enabled(`${text}\n`)).toEqual(expected)
  })

  it('warns of a receiver that is a destination twice, wherever its name comes from', () => {
    const hint = 'give one of them its own server or port, or enabled = false'
    expect(warningsIn('[graphite]\nserver = Relay\n[graphite:x]\nserver = relay\n[graphite:y]\n')).toEqual([
      `a.conf:3: [graphite:x]: sends to relay port 3002, as [graphite] does; ${hint}`,
      `a.conf:5: [graphite:y]: sends to relay port 3002, as [graphite] does; ${hint}`,
    ])
    expect(warningsIn('[graphite]\nenabled = no\n[graphite:x]\n[graphite:y]\nenabled = no\n')).toEqual([])
    expect(warningsIn(two)).toEqual([])
  })
})
