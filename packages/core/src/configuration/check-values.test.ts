import { describe, expect, it } from 'vitest'
import { errorsIn, parseConfiguration } from '../../../../test/support/configuration.ts'

describe('groups', () => {
  it('keep their order, and do not inherit', () => {
    const groups = parseConfiguration(
      '[DEFAULT]\nloglevel = debug\n[frontend-groups]\nB = ^b\na = (?P<n>a)$\n__proto__ = x\n',
    )['frontend-groups']
    expect(groups.map(({ name, pattern }) => [name, pattern.source])).toEqual([
      ['b', '^b'],
      ['a', '(?<n>a)$'],
      ['__proto__', 'x'],
    ])
  })

  it('take a lone $ for itself, $$ for one, and interpolate', () => {
    const groups = parseConfiguration(
      '[server-groups]\na = ^a$\nb = ^b$$\nc = ^x$|^y$\nd = ${e}${paths:base-dir}\ne = e\nf = \\$${e}\n',
    )['server-groups']
    expect(groups.map(({ pattern }) => pattern.source)).toEqual([
      '^a$',
      '^b$',
      '^x$|^y$',
      'e\\/var\\/lib\\/haproxystats',
      'e',
      '\\${e}',
    ])
  })

  it('name the line of a mistake', () => {
    expect(errorsIn('[backend-groups]\nok = ^a\nshop = (foo\nempty =\nopen = ${\n two = a\n')).toEqual([
      'a.conf:3: [backend-groups] shop = (foo: not a regular expression: unterminated group',
      'a.conf:4: [backend-groups] empty =: expected a regular expression; leave the line out to leave it unset',
      'a.conf:5: [backend-groups] open = ${\\ntwo = a: ${ without a name and a closing }; write $$ for a dollar sign',
    ])
    expect(errorsIn('[backend-groups]\na = b\n  c = d\n')).toEqual([
      'a.conf:2: [backend-groups] a = b\\nc = d: expected a regular expression in one line; an indented line continues the value above it',
    ])
  })
})
