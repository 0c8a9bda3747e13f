import { silentLogger } from '@haproxystats/core/program'
import { describe, expect, it } from 'vitest'
import { parseConfiguration } from '../../../../test/support/configuration.ts'
import { openOutputs } from '../process-snapshots.ts'
import { graphite } from './graphite/graphite.ts'
import { outputs } from './index.ts'

/** The names of all destinations that a configuration asks for. */
function names(text: string): string[] {
  const configuration = parseConfiguration(text)
  return outputs.flatMap((dispatcher) => dispatcher.instances(configuration).map(({ name }) => name))
}

describe('the destinations of a configuration', () => {
  it.each([
    ['', []],
    ['[graphite]', ['graphite']],
    ['[http]', []],
    ['[graphite]\n[graphite:b]\n[graphite:a]\n[local-store]', ['graphite', 'graphite:b', 'graphite:a', 'local-store']],
    ['[graphite:only]', ['graphite:only']],
    ['[graphite]\n[graphite:off]\nenabled = no', ['graphite']],
    ['[graphite]\nenabled = no\n[local-store]', ['local-store']],
  ])('%j: %j', (text, expected) => {
    expect(names(`${text}\n`)).toEqual(expected)
  })
})

describe('encodings of several destinations for Graphite', () => {
  const encodings = (text: string) => {
    const configuration = parseConfiguration(text)
    return graphite.instances(configuration).map(({ options }) => graphite.encoding(configuration, options))
  }

  it('are equal where the paths are, whatever the receivers', () => {
    const [one, two] = encodings('[graphite]\nport = 1\nnamespace = a\n[graphite:x]\nport = 2\nretries = 0\n')
    expect(two).toEqual(one)
  })

  it('follow the options of each', () => {
    const [one, two] = encodings(
      '[graphite]\nprefix-hostname = no\ngroup-namespace = g\n[graphite:x]\nnamespace = b\ngroup-namespace = h\n[server-groups]\nall = .\n',
    )
    expect(one?.options).toMatchObject({ root: 'loadbalancers.haproxy', groupNamespace: 'g' })
    expect(two?.options).toMatchObject({ root: 'b.haproxy', groupNamespace: 'h' })
  })
})

describe('what outputs lose and leave out', () => {
  const limits = (text: string) =>
    openOutputs(parseConfiguration(text), silentLogger()).map(({ name, backlog, incomplete }) => {
      return [name, backlog.most, backlog.full, incomplete]
    })

  it('follows [pull] unless they say otherwise', () => {
    expect(limits('[graphite]\n[local-store]\n')).toEqual([
      ['graphite', 351, 'drop-newest', 'discard'],
      ['local-store', 351, 'drop-newest', 'discard'],
    ])
    const pull = '[pull]\nqueue-size = 100\nqueue-full = drop-oldest\non-failure = partial\n'
    expect(limits(`${pull}[graphite]\n`)).toEqual([['graphite', 97, 'drop-oldest', 'deliver']])
    const outputs =
      '[graphite]\nbacklog = 50\nincomplete = discard\n[graphite:b]\nbacklog = 500\nbacklog-full = drop-newest\n'
    expect(limits(pull + outputs)).toEqual([
      ['graphite', 50, 'drop-oldest', 'discard'],
      ['graphite:b', 97, 'drop-newest', 'discard'],
    ])
  })
})
