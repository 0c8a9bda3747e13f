import { describe, expect, it } from 'vitest'
import type { Option } from '../options/kinds.ts'
import { checkValue, expectation } from './values.ts'

const summary = 'For tests.'
const rows = {
  text: { kind: 'text', summary },
  path: { kind: 'path', default: '/x', summary },
  host: { kind: 'host', summary },
  integer: { kind: 'integer', min: -1, summary },
  port: { kind: 'integer', min: 1, max: 65535, summary },
  small: { kind: 'number', max: 5, summary },
  seconds: { kind: 'seconds', min: 0.001, summary },
  whole: { kind: 'seconds', whole: true, min: 1, summary },
  bytes: { kind: 'bytes', min: 1, summary },
  boolean: { kind: 'boolean', inherited: true, summary },
  choice: { kind: 'choice', choices: ['info', 'warning'], summary },
  words: { kind: 'words', summary },
  addresses: { kind: 'addresses', summary },
} as const satisfies Record<string, Option>

type Row = keyof typeof rows

const accepted: readonly [Row, string, unknown][] = [
  ['text', 'a # b', 'a # b'],
  ['path', '/a b', '/a b'],
  ['host', 'graphite.example.com', 'graphite.example.com'],
  ['host', '::1', '::1'],
  ['host', '192.0.2.1', '192.0.2.1'],
  ['integer', '-1', -1],
  ['integer', '+7', 7],
  ['integer', '007', 7],
  ['port', '65535', 65535],
  ['seconds', '0.001', 0.001],
  ['seconds', '.5', 0.5],
  ['seconds', '2.', 2],
  ['seconds', '86400', 86400],
  ['whole', '10', 10],
  ['bytes', '6291456', 6291456],
  ...['1', 'yes', 'TRUE', 'On'].map((text) => ['boolean', text, true] as [Row, string, boolean]),
  ...['0', 'no', 'False', 'OFF'].map((text) => ['boolean', text, false] as [Row, string, boolean]),
  ['choice', 'WARNING', 'warning'],
  ['words', 'a b\n\tc  a', ['a', 'b', 'c']],
  ['words', 'constructor __proto__', ['constructor', '__proto__']],
  ['addresses', 'unix:///a,\ntcp://[::1]:1', ['unix:///a', 'tcp://[::1]:1']],
]

const refused: readonly [Row, string, object][] = [
  ['text', '', { expected: 'text', hint: 'leave the line out to leave it unset' }],
  ['text', 'a\x07', { expected: 'text without control characters' }],
  ['path', '', { expected: 'an absolute path', hint: 'leave the line out for the default, /x' }],
  ['path', 'var/x', { expected: 'an absolute path' }],
  ['path', '"/x"', { expected: 'an absolute path', hint: 'quotes are part of the value, leave them out' }],
  [
    'path',
    '/x\nworkers = 4',
    { expected: 'an absolute path in one line', hint: 'an indented line continues the value above it' },
  ],
  ['host', 'a:2003', { expected: 'the name or the IP address of a host', hint: 'the port is an option of its own' }],
  [
    'host',
    '[::1]',
    { expected: 'the name or the IP address of a host', hint: 'write an IPv6 address without brackets here' },
  ],
  ['host', 'a b', { expected: 'the name or the IP address of a host' }],
  ['integer', '-2', { expected: 'a whole number of at least -1' }],
  ['integer', '1.0', { expected: 'a whole number of at least -1' }],
  ['integer', '1e3', { expected: 'a whole number of at least -1' }],
  ['integer', '0x10', { expected: 'a whole number of at least -1' }],
  ['integer', '9007199254740993', { expected: 'a whole number of at least -1' }],
  [
    'integer',
    '8 # threads',
    { expected: 'a whole number of at least -1', hint: 'a comment stands in a line of its own' },
  ],
  ['port', '65536', { expected: 'a whole number from 1 to 65535' }],
  ['small', '5.1', { expected: 'a number of at most 5' }],
  ['seconds', '1.5s', { expected: 'a number from 0.001 to 86400 (seconds)' }],
  ['seconds', '0', { expected: 'a number from 0.001 to 86400 (seconds)' }],
  ['seconds', 'inf', { expected: 'a number from 0.001 to 86400 (seconds)' }],
  ['seconds', 'nan', { expected: 'a number from 0.001 to 86400 (seconds)' }],
  ['seconds', '.', { expected: 'a number from 0.001 to 86400 (seconds)' }],
  ['seconds', '86401', { expected: 'a number from 0.001 to 86400 (seconds)' }],
  ['whole', '1.5', { expected: 'a whole number from 1 to 86400 (seconds)' }],
  ['bytes', '6M', { expected: 'a whole number of at least 1 (bytes)' }],
  ['boolean', 'y', { expected: 'true or false' }],
  ['boolean', '', { expected: 'true or false', hint: 'leave the line out to inherit it' }],
  ['choice', 'warn', { expected: 'one of info, warning' }],
  ['choice', 'warnin', { expected: 'one of info, warning', hint: 'did you mean warning?' }],
  ['words', '\n', { expected: 'names separated by spaces', hint: 'leave the line out to leave it unset' }],
]

describe('checkValue', () => {
  it.each(accepted)('as %s takes %j', (row, text, value) => {
    expect(checkValue(text, rows[row])).toEqual({ value })
  })

  it.each(refused)('as %s refuses %j', (row, text, mistake) => {
    expect(checkValue(text, rows[row])).toEqual({ mistakes: [{ found: text, ...mistake }] })
  })

  it('finds every mistake in a list of addresses', () => {
    expect(checkValue('unix:///a, ftp://b, , unix:///a', rows.addresses)).toEqual({
      mistakes: [
        { found: 'ftp://b', expected: expect.stringMatching(/^one of the supported schemes, unix:.*master:/) },
        {
          found: 'unix:///a, ftp://b, , unix:///a',
          expected: expectation(rows.addresses),
          message: 'an empty address',
          hint: 'leave out the comma',
        },
        { found: 'unix:///a', expected: expectation(rows.addresses), message: 'given twice', hint: 'keep one' },
      ],
    })
  })
})
