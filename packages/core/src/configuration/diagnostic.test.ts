import { describe, expect, it } from 'vitest'
import { optionTable } from '../../../../test/support/configuration.ts'
import { concealed, type Diagnostic, renderDiagnostic } from './diagnostic.ts'

const cases: readonly [Diagnostic, string][] = [
  [
    { file: '/etc/a.conf', line: 12, section: 'pull', option: 'pull-interval', found: 'ten', expected: 'a number' },
    '/etc/a.conf:12: [pull] pull-interval = ten: expected a number',
  ],
  [
    {
      file: '/etc/a.conf',
      line: 12,
      section: 'pull',
      option: 'x',
      found: '',
      expected: 'a path',
      hint: 'leave it out',
    },
    '/etc/a.conf:12: [pull] x =: expected a path; leave it out',
  ],
  [{ file: '/etc/a.conf', message: 'cannot be read' }, '/etc/a.conf: cannot be read'],
  [
    { section: 'pull', option: 'dst-dir', found: '/x', message: 'cannot be written' },
    '[pull] dst-dir = /x: cannot be written',
  ],
  [{ file: 'a', line: 1, section: 'x\x1b[2J', message: 'no such section' }, 'a:1: [x\\u001b[2J]: no such section'],
  [
    { file: 'a', line: 1, section: 's', option: 'o', found: 'a\n\tb\x00', message: 'm' },
    'a:1: [s] o = a\\n\\tb\\u0000: m',
  ],
  [{ section: 's', option: 'o', found: 'x'.repeat(200), message: 'm' }, `[s] o = ${'x'.repeat(120)}…: m`],
  [{ section: 's', option: 'o', message: 'a', expected: 'b', hint: 'c' }, '[s] o: a, expected b; c'],
]

describe('renderDiagnostic', () => {
  it.each(cases)('%o', (error, line) => {
    expect(renderDiagnostic(error)).toBe(line)
  })
})

describe('a secret', () => {
  it('is not looked for in a text', () => {
    expect(concealed(undefined, 'http://u:p@h/x')).toBe('http://u:p@h/x')
  })

  it.each([
    ['http://u:p@h/x, https://v:q,@@h/y', 'http://***@h/x, https://***@h/y'],
    ['https://u:a,b@h/', 'https://***@h/'],
    ['http://u:a/b@h/', 'http://***@h/'],
    ['unix:///run/a@b.sock, tcp://h:1, http://h/x', 'unix:///run/a@b.sock, tcp://h:1, http://h/x'],
  ])('within an address is not shown: %s', (text, shown) => {
    expect(concealed(optionTable.option('pull', 'servers'), text)).toBe(shown)
  })
})
