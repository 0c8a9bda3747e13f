import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderDiagnostic } from './diagnostic.ts'
import { readIniFile } from './ini-file.ts'

type Sections = Record<string, Record<string, string>>

function read(text: string): { sections: [string, [string, string][]][]; messages: string[] } {
  const { ini, errors } = readIniFile({ file: 'x.conf', text })
  const sections = [...ini.sections].map(([name, { options }]) => {
    return [name, [...options].map(([option, value]) => [option, value.text])] as [string, [string, string][]]
  })
  return { sections, messages: errors.map(renderDiagnostic) }
}

/** What Python 3.11's ConfigParser, strict and with ExtendedInterpolation, has in its sections for the same text. */
const accepted: readonly { of: string; text: string; sections: Sections }[] = [
  {
    of: 'both delimiters, the first counts',
    text: '[a]\nk: v = w\nl = x: y\n',
    sections: { a: { k: 'v = w', l: 'x: y' } },
  },
  { of: 'delimiters at the start of a value', text: '[a]\nk==v\nl:=v\n', sections: { a: { k: '=v', l: '=v' } } },
  {
    of: 'no comments within a line',
    text: '[a]\nk = v # not ; a comment\n',
    sections: { a: { k: 'v # not ; a comment' } },
  },
  {
    of: 'comments between, indented, in a value',
    text: '# c\n  ; c\n[a]\nk = v\n   # in\n   more\n',
    sections: { a: { k: 'v\nmore' } },
  },
  {
    of: 'indented options that are comments',
    text: '[a]\nk = 1\n  ;x = 2\n;y\nz = 3\n',
    sections: { a: { k: '1', z: '3' } },
  },
  {
    of: 'blank lines within a value',
    text: '[a]\nk = a\n\n   b\n\n\nl = c\n',
    sections: { a: { k: 'a\n\nb', l: 'c' } },
  },
  { of: 'comments beside blank lines', text: '[a]\nk = 1\n#c\n\n  #d\n  2\n', sections: { a: { k: '1\n\n2' } } },
  {
    of: 'a value that begins on the next line',
    text: '[a]\nk =\n  one\n  two\n',
    sections: { a: { k: '\none\ntwo' } },
  },
  { of: 'an empty value', text: '[a]\nk =\nl = 2\n', sections: { a: { k: '', l: '2' } } },
  { of: 'upper case', text: '[A]\nKeY = V\n', sections: { A: { key: 'V' } } },
  { of: 'indented options', text: '[a]\n  k = 1\n  l = 2\n    m = 3\n', sections: { a: { k: '1', l: '2\nm = 3' } } },
  {
    of: 'an option indented less than the one before',
    text: '[a]\n  k = 1\nl = 2\n  m = 3\n',
    sections: { a: { k: '1', l: '2\nm = 3' } },
  },
  {
    of: 'an indented header is a value too',
    text: '[a]\nk = 1\n  [b]\nl = 2\n',
    sections: { a: { k: '1\n[b]', l: '2' } },
  },
  { of: 'tabs count as one character', text: '[a]\n\tk = 1\n\t\t2\n  3 = x\n', sections: { a: { k: '1\n2\n3 = x' } } },
  { of: 'what follows a header', text: '[a] # x\nk = 1\n[b]] y\nk=2\n', sections: { a: { k: '1' }, 'b]': { k: '2' } } },
  {
    of: 'literal characters',
    text: '[a.b]\nk = ^a#b;c=[d]"\'\\\\.$\n',
    sections: { 'a.b': { k: '^a#b;c=[d]"\'\\\\.$' } },
  },
  { of: 'quotes', text: '[a]\nk = "v"\nl = \'\nm = "\n', sections: { a: { k: '"v"', l: "'", m: '"' } } },
  {
    of: 'words that ini takes for values of its own',
    text: '[a]\nk = true\nl = null\nm = 1\n',
    sections: { a: { k: 'true', l: 'null', m: '1' } },
  },
  { of: 'spaces around everything', text: '[ a ]\nk   =   v  \t \n', sections: { ' a ': { k: 'v' } } },
  { of: 'CRLF', text: '[a]\r\nk = 1\r\n  2\r\n', sections: { a: { k: '1\n2' } } },
  { of: 'CR', text: '[a]\rk = 1\r', sections: { a: { k: '1' } } },
  {
    of: 'unusual white space',
    text: '[a]\nk =\f v\x1c\n\x85l\xa0=\u3000x\u2028y\ufeff\n',
    sections: { a: { k: 'v\nl\xa0=\u3000x\u2028y\ufeff' } },
  },
  { of: 'a name that begins with a bracket', text: '[a]\n[k = 1\n', sections: { a: { '[k': '1' } } },
  { of: 'lists of ini are names', text: '[a]\nk[] = 1\nl[] = 2\n', sections: { a: { 'k[]': '1', 'l[]': '2' } } },
  {
    of: '[DEFAULT] twice',
    text: '[DEFAULT]\na=1\n[x]\nb=2\n[DEFAULT]\nc=3\n',
    sections: { DEFAULT: { a: '1', c: '3' }, x: { b: '2' } },
  },
  {
    of: 'sections that dots would nest',
    text: '[a]\nk=1\n[a.b]\nk=2\n[a\\.b]\nk=3\n',
    sections: { a: { k: '1' }, 'a.b': { k: '2' }, 'a\\.b': { k: '3' } },
  },
]

/** Python refuses these too; where it stops at the first mistake, we go on. */
const refused: readonly { of: string; text: string; messages: string[] }[] = [
  {
    of: 'an option before any section',
    text: '\nk = 1\nl = 2\n[a]\n',
    messages: ['x.conf:2: k = 1: expected a [section] first; put the name of a section above this line'],
  },
  {
    of: 'lines without delimiter',
    text: '[a]\nk\nl = 1\nm n\n',
    messages: ['k', 'm n'].map(
      (line, index) =>
        `x.conf:${2 * index + 2}: [a] ${line}: expected name = value; a comment begins with # or ;, and a line that continues a value is indented`,
    ),
  },
  {
    of: 'a value without a name',
    text: '[a]\n= 3\n',
    messages: [
      'x.conf:2: [a] = 3: expected name = value; a comment begins with # or ;, and a line that continues a value is indented',
    ],
  },
  {
    of: 'an option twice, also in other letters',
    text: '[a]\nk=1\nl=2\nK=3\n',
    messages: ['x.conf:4: [a] k: given a second time, first in line 2; keep one of them'],
  },
  {
    of: 'a section twice',
    text: '[a]\n[b]\n[a]\n',
    messages: ['x.conf:3: [a]: given a second time, first in line 1; keep one of them'],
  },
  {
    of: 'an empty header',
    text: '[]\nk=1\n',
    messages: ['x.conf:1: []: expected a [section] first; put the name of a section above this line'],
  },
]

describe('the dialect of configparser', () => {
  it.each(accepted)('reads $of', ({ text, sections }) => {
    expect(read(text)).toEqual({
      sections: Object.entries(sections).map(([name, options]) => [name, Object.entries(options)]),
      messages: [],
    })
  })

  it.each(refused)('refuses $of', ({ text, messages }) => {
    expect(read(text).messages).toEqual(messages)
  })

  it('takes __proto__ and constructor for names like any other', () => {
    expect(read('[__proto__]\n__proto__ = 1\nconstructor = 2\n[constructor]\n__proto__ = 3\n').sections).toEqual([
      [
        '__proto__',
        [
          ['__proto__', '1'],
          ['constructor', '2'],
        ],
      ],
      ['constructor', [['__proto__', '3']]],
    ])
    expect(({} as Record<string, unknown>)['1']).toBeUndefined()
  })

  it('keeps the first of two values, and goes on after a mistake', () => {
    expect(read('[a]\nk=1\nbad\nk=2\nl=3\n').sections).toEqual([
      [
        'a',
        [
          ['k', '1'],
          ['l', '3'],
        ],
      ],
    ])
  })

  it('knows the line of every option', () => {
    const { ini } = readIniFile({ file: 'x.conf', text: '# c\r\n[a]\r\nk = 1\r\n\r\n  2\r\nl = 3\r\n' })
    expect([...ini.sections.get('a')!.options].map(([name, { line }]) => [name, line])).toEqual([
      ['k', 3],
      ['l', 6],
    ])
    expect(ini.sections.get('a')!.line).toBe(2)
  })
})

describe('any value', () => {
  const nasty = fc.constantFrom(
    ...'#;=:[]\\"\'.$ {}\t\u2028\u2029\ufeffé',
    'true',
    'null',
    '__proto__',
    '[]',
    '\\.',
    'a',
  )
  const characters = fc.array(fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 })
  const space =
    /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g
  const line = characters.map((parts) =>
    parts
      .join('')
      .replace(/[\r\n]/g, '')
      .replace(space, ''),
  )
  const section = line.filter((text) => text !== '')
  const option = line
    .map((text) => text.replace(/[=:]/g, '').replace(space, '').toLowerCase())
    .filter((text) => text !== '' && !/^[#;[]/.test(text))
  const further = line.filter((text) => !/^[#;]/.test(text))
  const value = fc
    .tuple(line, fc.array(further, { maxLength: 3 }))
    .map(([first, more]) => [first, ...more])
    .filter((lines) => lines.length === 1 || lines.at(-1) !== '')

  it('survives unchanged, whatever its names are', () => {
    const file = fc.uniqueArray(
      fc.tuple(section, fc.uniqueArray(fc.tuple(option, value), { selector: ([name]) => name })),
      {
        selector: ([name]) => name,
        maxLength: 4,
      },
    )
    fc.assert(
      fc.property(file, (sections) => {
        const text = sections.map(([name, options]) => {
          const lines = options.map(
            ([key, [first, ...more]]) => `${key} = ${first}\n${more.map((l) => `  ${l}\n`).join('')}`,
          )
          return `[${name}]\n${lines.join('')}`
        })
        expect(read(text.join(''))).toEqual({
          sections: sections.map(([name, options]) => [name, options.map(([key, lines]) => [key, lines.join('\n')])]),
          messages: [],
        })
      }),
      { numRuns: 500 },
    )
  })
})
