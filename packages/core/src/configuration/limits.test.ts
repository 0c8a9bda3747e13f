import { describe, expect, it } from 'vitest'
import { errorsIn } from '../../../../test/support/configuration.ts'

const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index))
const doubling = (levels: number) => many(levels, (index) => `a${index + 1} = \${a${index}}\${a${index}}`)
const chain = (levels: number) => many(levels, (index) => `a${index + 1} = \${a${index}}`)
const withChain = (lines: string[]) =>
  `[DEFAULT]\na0 = x\n${lines.join('\n')}\n[paths]\nbase-dir = /\${a${lines.length}}\n`

describe('what is more than anybody writes is a mistake with its place', () => {
  it('references that are nested deeper than anything', () => {
    expect(errorsIn(withChain(chain(90)))).toEqual([])
    const told = errorsIn(withChain(chain(20_000 / 4)))
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(
      /^a\.conf:4\d\d\d: \[DEFAULT\] a4\d+ = .*: is more than 100 references deep; write the value/,
    )
  })

  it('a value that references make longer than memory', () => {
    expect(errorsIn(withChain(doubling(40)))).toEqual([
      expect.stringMatching(/^a\.conf:\d+: \[DEFAULT\] a21 = .*: becomes longer than 1048576 characters by what it/),
    ])
  })

  it('a name as long as a file', () => {
    const [long, unknown] = errorsIn(`[pull]\n${'k'.repeat(500_000)} = 1\n`)
    expect(long).toMatch(/^a\.conf:2: \[pull\] k+…: a name of 500000 characters, expected at most 200$/)
    expect(unknown).toMatch(/^a\.conf:2: \[pull\] k+…? = 1: no such option$/)
    expect(errorsIn(`[${'s'.repeat(500_000)}]\n`)[0]).toMatch(/^a\.conf:1: \[s+…\]: a name of 500000 characters/)
  })

  it('more options and sections than anybody has', () => {
    const options = `[frontend-groups]\n${many(10_001, (index) => `g${index} = ^a`).join('\n')}\n[pull]\nx = 1\n`
    expect(errorsIn(options)).toEqual([
      'a.conf:10002: [frontend-groups] g10000: more than 10000 options in one file; what follows is not read',
    ])
    expect(errorsIn(many(1001, (index) => `[graphite:m${index}]\nport = ${index + 1}`).join('\n'))).toEqual([
      'a.conf:2001: [graphite:m1000]: more than 1000 sections in one file; what follows is not read',
    ])
  })

  // Each of these took minutes, by the square of its length.
  it.each([
    ['dollars', `[pull]\nhttp-user = ${'${'.repeat(200_000)}`],
    ['spaces in a line without a sign', `[pull]\nname${' '.repeat(500_000)}x`],
    ['spaces in a value', `[pull]\nhttp-user = a${' '.repeat(500_000)}x`],
    ['addresses', `[pull]\nservers = ${many(30_000, (index) => `unix:///a${index}`).join(', ')}`],
    ['unknown options', `[pull]\n${many(9000, (index) => `no-such-option-${index} = 1`).join('\n')}`],
  ])(
    '%s in a time that grows with their number',
    (_, text) => {
      expect(errorsIn(`${text}\n`).length).toBeLessThan(10_000)
    },
    20_000,
  )
})
