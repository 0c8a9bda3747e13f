import { describe, expect, it } from 'vitest'
import { errorsIn, optionTable, warningsIn } from '../../../../test/support/configuration.ts'

describe('names that nothing reads', () => {
  it.each([
    ['[pul]\nworkers = 1', 'a.conf:1: [pul]: no such section; did you mean [pull]?'],
    ['[default]', 'a.conf:1: [default]: no such section; did you mean [DEFAULT]?'],
    ['[ pull ]', 'a.conf:1: [ pull ]: no such section; did you mean [pull]?'],
    [
      '[kafka]',
      'a.conf:1: [kafka]: no such section; the sections are [DEFAULT], [paths], [pull], [process], [graphite], [frontend-groups], [backend-groups], [server-groups], [local-store], [http]',
    ],
    ['[__proto__]\nx = 1', /^a\.conf:1: \[__proto__\]: no such section; the sections are/],
    [
      '[pull]\npull-intervall = 10',
      'a.conf:2: [pull] pull-intervall = 10: no such option; did you mean pull-interval?',
    ],
    ['[pull]\nPull_Timeout = 1', 'a.conf:2: [pull] pull_timeout = 1: no such option; did you mean pull-timeout?'],
    ['[pull]\nport = 1', 'a.conf:2: [pull] port = 1: no such option; [graphite] has an option of this name'],
    ['[process]\ndst-dir = /x', 'a.conf:2: [process] dst-dir = /x: no such option; [pull] has an option of this name'],
    [
      '[paths]\nworkers = 1',
      'a.conf:2: [paths] workers = 1: no such option; [pull], [process] have an option of this name',
    ],
    ['[pull]\nnamespce = x', 'a.conf:2: [pull] namespce = x: no such option; did you mean namespace in [graphite]?'],
    ['[pull]\nconstructor = x', 'a.conf:2: [pull] constructor = x: no such option'],
    ['[pull]\n__proto__ = x', 'a.conf:2: [pull] __proto__ = x: no such option'],
    ['[kafka]\na = 1\nb = ${a}', /^a\.conf:1: \[kafka\]: no such section/],
    [
      '[process]\nqueue-sise = 1',
      'a.conf:2: [process] queue-sise = 1: no such option; did you mean queue-size in [pull], [graphite]?',
    ],
    ['[DEFAULT]\nnonsense = x', 'a.conf:2: [DEFAULT] nonsense = x: no such option'],
    ['[DEFAULT]\nlog-level = info', 'a.conf:2: [DEFAULT] log-level = info: no such option; did you mean loglevel?'],
  ])('%j', (text, message) => {
    const found = errorsIn(`${text}\n`)
    expect(found).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)])
  })

  it('are in order when an interpolation refers to them', () => {
    const text =
      '[site]\nroot = /r\nunused = 1\n[pull]\nsub = x\ndst-dir = ${site:root}/${sub}\n[DEFAULT]\nown = a\n[graphite]\nnamespace = ${own}\n'
    expect(errorsIn(text)).toEqual([])
    expect(errorsIn('[pull]\nsub = x\n[graphite]\nnamespace = $${pull:sub}\n')).toEqual([
      'a.conf:2: [pull] sub = x: no such option',
    ])
  })

  it.each([
    [
      '[DEFAULT]\nworkers = 2',
      'a.conf:2: [DEFAULT] workers = 2: has no effect; write it in [pull], [process], which has a default of its own',
    ],
  ])('%j is only warned of', (text, message) => {
    expect(errorsIn(`${text}\n`)).toEqual([])
    expect(warningsIn(`${text}\n`)).toEqual([message])
  })
})

describe('the table of retired options', () => {
  const rows = Object.entries(optionTable.sections).flatMap(([section, { retired = {} }]) =>
    Object.entries(retired).map(([option, hint]) => ({ section, option, hint })),
  )

  it.each(rows)('[$section] $option only warns, and names what there is', ({ section, option, hint }) => {
    const text = `[${section}]\n${option} = 1\n`
    expect(errorsIn(text)).toEqual([])
    expect(warningsIn(text)).toEqual([`a.conf:2: [${section}] ${option} = 1: has no effect; ${hint}`])
    const replacements = /^write (.*) instead$/.exec(hint)?.[1]?.split(' and ') ?? []
    expect(replacements.filter((name) => optionTable.option(section, name) === undefined)).toEqual([])
  })
})
