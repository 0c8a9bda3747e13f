import { StatsError } from '@haproxystats/core'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allRecorded, recordedFile, release, releases } from '../../../../test/support/recorded.ts'
import { type Cells, statAnswer } from '../../../../test/support/stat-answer.ts'
import { AnswerChecker } from '../query/answer-checker.ts'
import { columnsOfRawNames, scanHeader, scanRows } from './scan.ts'

/** The rows of an answer as the scanner finds them, a byte a character. */
function scanned(bytes: Uint8Array): string[][] {
  const { header, rows } = scanHeader(bytes)
  const found: string[][] = []
  scanRows(bytes, header, rows, (row, offsets) => {
    expect(offsets).toHaveLength(header.names.length + 1)
    found.push(header.names.map((_, cell) => latin1(row.subarray(offsets[cell], offsets[cell + 1]! - 1))))
  })
  return found
}

/** The same by csv-parse alone, without any code of ours. */
function parsed(bytes: Uint8Array): string[][] {
  const options = { encoding: null, relax_column_count: true, record_delimiter: [Buffer.from('\n')] }
  const records = parse(Buffer.from(bytes), options) as unknown as Buffer[][]
  const empty = records.pop()!
  expect(empty.map(latin1)).toEqual([''])
  return records.slice(1).map((cells) => {
    expect(cells.pop()).toHaveLength(0)
    return cells.map(latin1)
  })
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** What scanning throws, which must be a malformed answer if anything. */
function refusal(bytes: Uint8Array): string | undefined {
  try {
    const { header, rows } = scanHeader(bytes)
    scanRows(bytes, header, rows, () => undefined)
    return undefined
  } catch (error) {
    if (!(error instanceof StatsError) || error.code !== 'ANSWER_MALFORMED') throw error
    return error.message
  }
}

const columns = ['pxname', 'svname', 'type', 'scur', 'last_chk']
const answer = (...rows: Cells[]) => statAnswer(columns, rows)

describe('recorded answers', () => {
  it.each(allRecorded)('of $name are read as csv-parse reads them', ({ stat }) => {
    const rows = scanned(stat)
    expect(rows.length).toBeGreaterThan(5)
    expect(rows).toEqual(parsed(stat))
  })

  it('hold the quoted texts that were configured', () => {
    const { stat } = release('2.6.12-quoted')
    const { header } = scanHeader(stat)
    const cells = new Set(scanned(stat).flat())
    expect(cells).toContain('line1\nline2\n\nBACKEND,FRONTEND,9,')
    expect(cells).toContain(latin1(Buffer.from('Oh, "no"\tbadé')))
    expect(cells).toContain(latin1(Buffer.from('a,b"c d:é')))
    expect(header.names).toContain('-')
  })

  it.each(['1.5.0', '2.6.12-quoted'].map(release))(
    'of $name are refused at every byte where they could be cut',
    ({ stat }) => {
      expect(refusal(stat)).toBeUndefined()
      const accepted = []
      for (let length = 0; length < stat.length; length++) {
        if (refusal(stat.subarray(0, length)) === undefined) accepted.push(length)
      }
      expect(accepted).toEqual([])
    },
  )

  it.each(releases.filter(({ name }) => name !== '2.6.12-quoted'))(
    'of the statistics page of $name only lack the empty line',
    ({ name }) => {
      const response = recordedFile(`answers/${name}/http_csv.txt`)
      const page = response.subarray(response.indexOf('\r\n\r\n') + 4)
      expect(refusal(page)).toBe('does not end with an empty line')
      const whole = Buffer.concat([page, Buffer.from('\n')])
      expect(scanned(whole)).toEqual(parsed(whole))
    },
  )
})

/** Texts of any bytes, with more of those that matter. */
const text = fc
  .array(
    fc.oneof(fc.constantFrom('"', ',', '\n', '\r', '""', '\n\n', 'é', '\0'), fc.string({ unit: 'binary-ascii' })),
    {
      maxLength: 4,
    },
  )
  .map((parts) => Buffer.from(parts.join('')).toString('latin1'))
const raw = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
const cell = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('', '0', '17', '-1', 'OPEN') }, text, raw)
const rows = fc.array(fc.array(cell, { minLength: columns.length, maxLength: columns.length }), { maxLength: 8 })

/** A row whose first cell is empty looks like nothing else only if it is not the empty line. */
const examples: [string[][]][] = [
  [[['', '', '', '', '']]],
  [[['a', 'b', '2', '', '"']]],
  [[['a', 'b', '2', '', '\n\n']]],
  [
    [
      ['"', ',', '2', '0', '"",\n'],
      ['a', 'b', '1', '0', ''],
    ],
  ],
  [[['a', 'b', '2', '0', '\0\0\0']]],
  [[['a', 'b', '2', '"\0\0\0,', '']]],
]

describe('generated answers', () => {
  it('are read back cell by cell, as csv-parse reads them', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const bytes = answer(...cells)
        expect(scanned(bytes)).toEqual(cells)
        expect(parsed(bytes)).toEqual(cells)
      }),
      { numRuns: 300, examples },
    )
  })

  it('made of recorded ones with other texts in some cells are read back', () => {
    const recorded = releases.map(({ stat }) => ({ names: scanHeader(stat).header.names, rows: parsed(stat) }))
    const change = fc.record({ row: fc.nat(), cell: fc.nat(), text: fc.oneof(text, raw) })
    fc.assert(
      fc.property(fc.constantFrom(...recorded), fc.array(change, { minLength: 1, maxLength: 5 }), (given, changes) => {
        const changed = given.rows.map((cells) => [...cells])
        for (const { row, cell: index, text: value } of changes) {
          changed[row % changed.length]![index % given.names.length] = value
        }
        // Releases that print the names of listeners raw quote nothing in their rows, so these stay as recorded.
        if (given.names.length === columnsOfRawNames) {
          const type = given.names.indexOf('type')
          for (const [row, cells] of given.rows.entries()) {
            if (cells[type] === '3') changed[row] = cells
            else if (changed[row]![type] === '3') changed[row]![type] = '0'
          }
        }
        const bytes = statAnswer(given.names, changed)
        expect(JSON.stringify(scanned(bytes))).toBe(JSON.stringify(changed))
        expect(JSON.stringify(parsed(bytes))).toBe(JSON.stringify(changed))
      }),
      { numRuns: 60, examples: [[recorded[0]!, [{ row: 1, cell: 0, text: '"' }]]] },
    )
  })

  it('with bytes changed, added and removed anywhere are read or refused, and nothing else', () => {
    const damage = fc.record({ at: fc.nat(), remove: fc.nat({ max: 3 }), add: fc.oneof(text, raw) })
    const recorded = fc.constantFrom(...releases.map(({ stat }) => stat))
    fc.assert(
      fc.property(recorded, fc.array(damage, { minLength: 1, maxLength: 4 }), (stat, damages) => {
        let bytes = stat
        for (const { at, remove, add } of damages) {
          const from = at % bytes.length
          bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(add, 'latin1'), bytes.subarray(from + remove)])
        }
        if (refusal(bytes) !== undefined) return
        const width = scanHeader(bytes).header.names.length
        for (const row of scanned(bytes)) expect(row).toHaveLength(width)
      }),
      { numRuns: 300 },
    )
  })
})

describe('rows that are not as wide as the header', () => {
  const fine = ['web', 's1', '2', '0', '']
  it.each([
    ['narrower', ['web', 's1', '2', '0'], 4],
    ['wider', ['web', 's1', '2', '0', 'OK', ''], 6],
    ['narrower, with a quoted cell', ['web', 's1', '2', 'a,b'], 4],
    ['wider, with a quoted cell', ['web', 's1', '2', '0', 'a"b', 'c'], 6],
    ['of one cell', [','], 1],
  ])('are refused with the number of the row: %s', (_, row, found) => {
    expect(refusal(answer(fine, fine, row, fine))).toBe(`row 3 has ${found} cells where the header has 5`)
  })

  it.each([
    ['without a comma at the end', 'web,s1,2,0,OK\n'],
    ['with text behind the last comma', 'web,s1,2,0,OK,x\n'],
    ['without a comma at the end, quoted', 'web,s1,2,0,"OK"\n'],
    ['without a comma at the end, quoted, and a cell more', 'web,s1,2,0,"OK",x\n'],
    ['with a quote that is never closed', 'web,s1,2,0,"OK,\n'],
    ['with text behind a closing quote', 'web,s1,2,0,"OK"x,\n'],
  ])('are refused: %s', (_, row) => {
    const whole = answer(fine)
    const bytes = Buffer.concat([whole.subarray(0, -1), Buffer.from(row), Buffer.from('\n')])
    expect(refusal(bytes)).toBeTypeOf('string')
  })

  it('are refused behind the empty line too', () => {
    expect(refusal(Buffer.concat([answer(fine), Buffer.from('web,s1,2,0,,\n')]))).toBe(
      'goes on after the empty line at its end',
    )
  })
})

describe('listener names of HAProxy 1.5 and 1.6, which are not quoted', () => {
  const { stat } = release('1.5.0')
  const named = (name: string) => Buffer.from(stat.toString('latin1').replace(',lis:1,', `,${name},`), 'latin1')
  const listener = scanned(stat).findIndex((cells) => cells[1] === 'lis:1')
  const others = scanned(stat).toSpliced(listener, 1)

  it.each(['a,b', 'a,b"c', 'a,b"c d:\xc3\xa9', ',', 'a""b,c"', ',,,,'])(
    'leave out only their own row when it has commas: %s',
    (name) => expect(scanned(named(name))).toEqual(others),
  )

  it.each(['a"b', 'a""b', 'x y', 'a"'])('keep their row when it has none: %s', (name) => {
    const rows = scanned(named(name))
    expect(rows[listener]![1]).toBe(name)
    expect(rows.toSpliced(listener, 1)).toEqual(others)
  })

  it.each(['"', '"b"', '"b"c', '"b', '""', 'a,"b"', 'a,"b"c', 'a,"b', '"a"",b', ',"', 'a,"b,"c",'])(
    'leave out only their own row when a quote begins a part of them: %s',
    (name) => expect(scanned(named(name))).toEqual(others),
  )

  it('cost no row between two of them that look like one quoted cell', () => {
    const lines = named('"x').toString('latin1').split('\n')
    const first = lines.findIndex((line) => line.startsWith('web,"x,'))
    lines.splice(first + 2, 0, lines[first]!.replace('"x', '"'))
    const bytes = lines.join('\n')
    expect(scanned(Buffer.from(bytes, 'latin1'))).toEqual(others)
  })

  it('are read, or left out, whenever haproxystats-pull takes the answer', () => {
    const name = fc
      .array(fc.constantFrom('a', ',', '"', '""', '",', ',"'), { maxLength: 6 })
      .map((parts) => parts.join(''))
    const texts = fc.constantFrom('', '"L7 ok"', '"a ""b"", c"', '"two\n\nlines,3,3,3"')
    let taken = 0
    fc.assert(
      fc.property(fc.array(fc.tuple(name, texts), { minLength: 1, maxLength: 3 }), (listeners) => {
        const rows = listeners.map(([first, text]) => {
          const cells = (svname: string, type: string) => [
            'web',
            svname,
            ...Array(30).fill('3'),
            type,
            ...Array(28).fill(''),
            '',
          ]
          return `${cells(first, '3').join(',')},\n${cells('s1', '2').with(-1, text).join(',')},\n`
        })
        const bytes = Buffer.from(`${stat.subarray(0, stat.indexOf('\n') + 1)}${rows.join('')}\n`, 'latin1')
        const rules = { parts: ['info', 'stat'], limit: 1e6 } as const
        const reader = new AnswerChecker('a', { write: () => undefined }, rules)
        try {
          reader.push(Buffer.concat([Buffer.from('Name: x\n\n'), bytes]))
          reader.end()
        } catch {
          return
        }
        taken++
        expect(refusal(bytes)).toBeUndefined()
      }),
      { numRuns: 500 },
    )
    expect(taken).toBeGreaterThan(50)
  })

  it('do not excuse a server whose row is too wide', () => {
    const wide = Buffer.from(stat.toString('latin1').replace('web,s1,', 'web,s1,x,'), 'latin1')
    expect(refusal(wide)).toMatch(/^row \d+ has 63 cells where the header has 62$/)
  })
})

describe('headers', () => {
  const headerOf = (...names: string[]) => scanHeader(statAnswer(names, [])).header

  it('know columns by name, and none called -, (null) or nothing', () => {
    const names = ['pxname', 'svname', 'h2', '(null)', 'type', '-', '', '-', '(null)', 'last']
    const { position, names: printed } = headerOf(...names)
    expect(printed).toEqual(names)
    expect([...position]).toEqual([
      ['pxname', 0],
      ['svname', 1],
      ['h2', 2],
      ['type', 4],
      ['last', 9],
    ])
  })

  it('take ordinary names for names of columns', () => {
    expect(headerOf('pxname', 'svname', '__proto__', 'constructor', 'type').position.get('constructor')).toBe(3)
    expect(headerOf('pxname', 'svname', 'type').position.get('toString')).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['show info', 'Name: HAProxy\n\n'],
    ['a refusal', 'Permission denied\n\n'],
    ['HTML', '<html>\n'],
    ['a line without its end', '# pxname,svname,type,'],
    ['no comma at the end', '# pxname,svname,type\n\n'],
    ['no column type', '# pxname,svname,\n\n'],
    ['no column svname', '# pxname,type,\n\n'],
    ['a column twice', '# pxname,svname,type,scur,scur,\n\n'],
    ['itself again', '# pxname,svname,type,\na,b,1,\n# pxname,svname,type,\n\n'],
    ['more columns than any HAProxy has', `# pxname,svname,type,${'-,'.repeat(998)}\n\n`],
    ['a line that is longer than any', `# pxname,svname,type,${'x'.repeat(65_536)},\n\n`],
  ])('are refused: %s', (_, bytes) => expect(refusal(Buffer.from(bytes))).toBeTypeOf('string'))

  it.each([
    ['a text', (cell: string) => `a,b,${cell},1,`],
    ['a text of a row that is too wide', (cell: string) => `a,b,${cell},1,2,`],
    ['a quoted text', (cell: string) => `a,b,"${cell}",1,`],
    ['a quoted text that never ends', (cell: string) => `a,b,"${cell}`],
    ['a name', (cell: string) => `${cell},b,c,1,`],
  ])('are followed by no %s that is longer than any of HAProxy', (_, rowOf) => {
    const answerWith = (length: number) => Buffer.from(`# pxname,svname,text,type,\n${rowOf('x'.repeat(length))}\n\n`)
    expect(refusal(answerWith(65_537))).toMatch(/cell of more than 65536 bytes/)
  })

  it('may be followed by texts as long as they may be', () => {
    const text = 'x'.repeat(65_536)
    const answer = Buffer.from(`# pxname,svname,text,type,\na,b,${text},1,\n\n`)
    expect(scanned(answer)).toEqual([['a', 'b', text, '1']])
  })

  it('may stand alone', () => expect(scanned(answer())).toEqual([]))
})
