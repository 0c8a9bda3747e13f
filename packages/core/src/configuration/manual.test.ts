import { describe, expect, it } from 'vitest'
import { optionTable, readConfiguration } from '../../../../test/support/configuration.ts'
import { renderSample, renderSettings } from './manual.ts'

describe('the sample configuration', () => {
  const sample = renderSample(optionTable)

  it('is read without an error and is the default configuration', () => {
    const { configuration, errors, warnings } = readConfiguration([{ file: 'sample', text: sample }])
    expect([errors, warnings]).toEqual([[], []])
    expect(configuration).toEqual(readConfiguration([]).configuration)
  })

  it('is sound with every option uncommented, and shows them all', () => {
    const text = sample.replace(/^#(?=[a-z[])/gm, '')
    const reading = readConfiguration([{ file: 'sample', text }])
    expect([reading.errors, reading.warnings]).toEqual([[], []])
    const missing = Object.entries(optionTable.sections).flatMap(([section, row]) =>
      Object.keys(row.options).filter((option) => reading.place(section, option)?.file !== 'sample'),
    )
    expect(missing).toEqual([])
    const { configuration } = readConfiguration([])
    const unset = Object.entries(optionTable.sections['pull']!.options).filter(
      ([, option]) => option.default === undefined && !option.inherited,
    )
    const examples = unset.map(([name, { kind, example }]) => [
      name,
      kind === 'addresses' || kind === 'words' ? expect.any(Array) : example,
    ])
    expect(reading.configuration?.pull).toMatchObject({ ...configuration?.pull, ...Object.fromEntries(examples) })
    expect(reading.configuration?.['local-store']).toMatchObject({ dir: '/var/lib/haproxystats/local-store' })
  })

  it('explains an option above it', () => {
    expect(sample).toContain(
      '# Time from one pull to the next; a whole number, because a snapshot is named by its second. In\n# seconds, from 1 to 86400.\n#pull-interval = 10\n',
    )
    expect(sample).toMatch(/New in 1\.0\.0\.\n#answer-limit = 67108864\n/)
    expect(sample.split('\n').filter((line) => line.startsWith('# ') && line.length > 100)).toEqual([])
  })
})

describe('the settings chapter', () => {
  it('has a row for every option, with default, bounds and example', () => {
    const settings = renderSettings(optionTable)
    expect(settings).toContain('| `port` | `3002` | Port of its plain text protocol. From 1 to 65535. |\n')
    expect(settings).toMatch(/\| `socket-dir` \| unset \| .* Example: `\/run\/haproxy`\. \|\n/)
    expect(settings).toMatch(
      /\| `loglevel` \| as in `\[DEFAULT\]` \| .* One of debug, info, warning, error, critical\. \|\n/,
    )
    expect(settings).toContain('Example: `shop = ^shop-|^cart$`.')
    expect(settings).toContain('server.\\<name>.\\<metric>')
    const options = Object.values(optionTable.sections).flatMap((row) => Object.keys(row.options))
    expect(settings.split('\n').filter((line) => line.startsWith('| `'))).toHaveLength(options.length)
  })
})
