import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { StatsError } from '@haproxystats/core'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { answerLimits } from '../limits.ts'
import { AnswerChecker, type AnswerPart } from './answer-checker.ts'

const recorded = new URL('../../../../test/fixtures/answers/', import.meta.url)
const fileOf = (release: string) => new URL(`${release}/semi.txt`, recorded)
const releases = readdirSync(recorded).filter((release) => existsSync(fileOf(release)))
const answerOf = (release: string) => readFileSync(fileOf(release))
const current = answerOf('2.6.12-debian')

const checker = (limit: number, write: (part: AnswerPart, bytes: Buffer) => void = () => undefined) =>
  new AnswerChecker('a', { write }, { parts: ['info', 'stat'], limit })

interface Checked {
  readonly info: string
  readonly stat: string
  readonly rows?: number
  readonly error?: string
}

/** Checks an answer cut into chunks at the given places. */
function read(answer: Buffer, { cuts = [], limit = 1e9 }: { cuts?: readonly number[]; limit?: number } = {}): Checked {
  const parts = { info: '', stat: '' }
  const reader = checker(limit, (part, bytes) => {
    parts[part] += bytes.toString('latin1')
  })
  const places = [...cuts.filter((cut) => cut <= answer.length), answer.length].sort((a, b) => a - b)
  try {
    let from = 0
    for (const to of places) {
      reader.push(answer.subarray(from, to))
      from = to
    }
    reader.end()
    return { rows: reader.rows, ...parts }
  } catch (error) {
    if (!(error instanceof StatsError)) throw error
    return { info: '', stat: '', error: `${error.code}: ${error.message}` }
  }
}

test('there are recorded answers', () => expect(releases.length).toBeGreaterThan(10))

describe.each(releases)('the recorded answer of HAProxy %s', (release) => {
  const answer = answerOf(release)

  it('is taken apart without changing a byte', () => {
    const { info, stat, rows } = read(answer)
    expect(info + stat).toBe(answer.toString('latin1'))
    expect(info).toMatch(/^Name: HAProxy\n[\s\S]*[^\n]\n\n$/)
    expect(stat).toMatch(/^# pxname,[\s\S]*[^\n]\n\n$/)
    const lineFeeds = stat.replace(/"[^"]*"/g, '').split('\n').length - 1
    expect(rows).toBe(lineFeeds - 2)
  })

  it('cut short anywhere is not complete', () => {
    const step = answer.equals(current) ? 1 : 17
    for (let length = 0; length < answer.length; length += step) {
      expect(read(answer.subarray(0, length)).error, `${length} bytes`).toMatch(/^ANSWER_TRUNCATED/)
    }
  })

  it('with a row cut short before the empty line is not complete', () => {
    const text = answer.toString('latin1')
    const first = text.indexOf('\n', text.indexOf('# pxname,')) + 1
    for (let length = first + 1; length < answer.length - 1; length += 13) {
      if (text[length - 1] === '\n' || text[length] === '\n') continue
      const { error } = read(Buffer.from(`${text.slice(0, length)}\n\n`, 'latin1'))
      expect(error, `${length} bytes`).toMatch(/^ANSWER_(TRUNCATED|MALFORMED)/)
    }
  })
})

const chunked = fc.array(fc.nat(30), { maxLength: 30 }).map((lengths) => {
  let at = 0
  return lengths.map((length) => {
    at += length
    return at
  })
})

/** Answers that are nearly right, made of the pieces that matter. */
const nearAnswers = fc
  .array(
    fc.constantFrom(
      ...['Name: HAProxy\n', '\n', '\n\n', '# pxname,svname,last_chk,\n', '\n\n# pxname,', 'svname,x,\n', 'w,s,,\n'],
      ...[
        'w,s,"a\n\nb, ""c""",\n',
        '"',
        ',',
        'Unknown command.\n',
        'description: "a\n\nb"\n',
        '\r',
        '\0',
        'x'.repeat(250),
      ],
    ),
    { maxLength: 12 },
  )
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'))

test('however an answer comes in chunks, the outcome is the same', () => {
  const wholeOnes = fc.constantFrom(...releases.map(answerOf))
  const cutOnes = fc.tuple(wholeOnes, fc.nat(12_000)).map(([answer, length]) => answer.subarray(0, length))
  const answers = fc.oneof(nearAnswers, wholeOnes, cutOnes)
  const limits = fc.oneof(fc.constant(1e9), fc.nat(300))
  fc.assert(
    fc.property(answers, chunked, limits, (answer, cuts, limit) => {
      expect(read(answer, { cuts, limit })).toEqual(read(answer, { limit }))
    }),
    { numRuns: 1000 },
  )
})

const header = '# pxname,svname,last_chk,\n'
const info = 'Name: HAProxy\nPid: 1\n\n'

describe('a complete answer', () => {
  it.each([
    ['with line feeds and an empty line in a quoted cell', `${info}${header}w,s,"line1\nline2\n\nafter blank",\n\n`],
    ['with a cell that looks like the border', `${info}${header}w,s,"a\n\n# pxname,b",\n\n`],
    ['with quotes in a quoted cell', `${info}${header}w,s,"Oh, ""no""\t\x02\xe9",\n\n`],
    ['with text quoted twice, as 1.6 does', `${info}${header}w,s,"""Oh, """"no""""\t""",\n\n`],
    ['with a quote within a cell, as 1.5 writes a listener name', `${info}${header}w,a"b,,\n\n`],
    ['with an empty line in the description', `Name: x\ndescription: "a\n\nb"\n\n${header}w,s,,\n\n`],
    ['with broken names in the header', `${info}# pxname,svname,(null),\nw,s,-,\n\n`],
  ])('%s is taken', (_, answer) => {
    const { rows, info: infoPart } = read(Buffer.from(answer, 'latin1'))
    expect(rows).toBe(1)
    expect(infoPart.endsWith('\n\n')).toBe(true)
  })

  it('of 1.5 with commas in a listener name is taken, although the row is wider', () => {
    const old = answerOf('1.5.0').toString('latin1')
    const odd = old.replace('web,lis:1,', 'web,a,b,c,')
    expect(odd).not.toBe(old)
    expect(read(Buffer.from(odd, 'latin1')).rows).toBe(read(Buffer.from(old, 'latin1')).rows)
  })
})

describe('refused', () => {
  it.each([
    ['nothing', '', /^ANSWER_TRUNCATED: a closed the connection without an answer/],
    ['show info alone', info, /^ANSWER_TRUNCATED: .*before show stat began/],
    ['a header alone', `${info}${header}\n`, /^ANSWER_TRUNCATED: .*no row: the process is stopping/],
    ['no empty line at the end', `${info}${header}w,s,,\n`, /^ANSWER_TRUNCATED: .*without its empty line/],
    ['an end within a quoted cell', `${info}${header}w,s,"a\n\n`, /^ANSWER_TRUNCATED/],
    ['text after the end', `${info}${header}w,s,,\n\nx`, /^ANSWER_MALFORMED: .*text after its end/],
    ['a line feed after the end', `${info}${header}w,s,,\n\n\n`, /^ANSWER_MALFORMED/],
    ['a narrow row', `${info}${header}w,s,,\nw,t,\n\n`, /^ANSWER_MALFORMED: .*2 columns in row 2, .* 3 columns/],
    ['a wide row', `${info}${header}w,s,,,\n\n`, /^ANSWER_MALFORMED: .*4 columns in row 1/],
    ['a last cell without comma', `${info}${header}w,s,,x\n\n`, /^ANSWER_MALFORMED: .*last cell without a comma/],
    ['text after a closing quote', `${info}${header}w,s,"a"b,\n\n`, /^ANSWER_MALFORMED: .*after a closing quote/],
    ['show info twice', `${info}${info}${header}w,s,,\n\n`, /^ANSWER_MALFORMED: .*show info begins again in line 4 /],
    ['a header among the rows', `${info}${header}w,s,,\n${header}\n`, /^ANSWER_MALFORMED: .*begins again in row 2$/],
    ['show stat twice', `${info}${header}w,s,,\n\n${header}w,s,,\n\n`, /^ANSWER_MALFORMED: .*text after its end/],
    ['a header without last comma', `${info}# pxname,svname\nw,s,\n\n`, /^ANSWER_MALFORMED/],
    [
      'the master socket',
      'Unknown command, but maybe\n  show proc\n\n',
      /^SOURCE_REFUSED: a answered "Unknown command, but maybe": the master socket/,
    ],
    ['a level too low', 'Permission denied\n\n', /^SOURCE_REFUSED: .*"level user".* is enough/],
    [
      'an HTTP frontend',
      'HTTP/1.1 400 Bad request\r\n\r\n',
      /^SOURCE_REFUSED: a answered "HTTP\/1\.1 400 Bad request\\x0d": an HTTP frontend/,
    ],
    ['HTML', '<html><body>', /^SOURCE_REFUSED: .*an HTTP frontend/],
    [
      'show stat without show info',
      `${header}w,s,,\n\n`,
      /^SOURCE_REFUSED: a answered "# pxname,svname,last_chk,": not a stats socket/,
    ],
    ['something else', '220 mail ESMTP\n', /^SOURCE_REFUSED: a answered "220 mail ESMTP": not a stats socket/],
    ['our own words', 'show info;show stat\n', /^SOURCE_REFUSED/],
    ['control bytes', '\x1b[2J\x07\xff\n', /"\\x1b\[2J\\x07\\xff"/],
    ['a long line', 'y'.repeat(5000), /"y{80}…"/],
  ])('%s', (_, answer, message) => {
    expect(read(Buffer.from(answer, 'latin1')).error).toMatch(message)
  })

  it('before the end of a refusal, which may never come', () => {
    const reader = checker(1000)
    expect(() => reader.push(Buffer.from('Unknown command.\n'))).toThrow(/master/)
  })
})

describe('the limit', () => {
  it('takes an answer of just that size and no longer one', () => {
    expect(read(current, { limit: current.length }).rows).toBeGreaterThan(1)
    expect(read(current, { limit: current.length - 1 }).error).toMatch(/^ANSWER_TOO_LARGE: .*answer-limit, 6932 bytes/)
  })
})

describe('more of something than any HAProxy prints is refused, and so named', () => {
  const { infoBytes, infoLines, infoLineBytes, statColumns, cellBytes } = answerLimits
  const rows = `${header}w,s,,\n\n`
  const line = (size: number) => `${'x'.repeat(size - 1)}\n`
  const columns = (count: number) => {
    const names = Array.from({ length: count }, (_, index) => ['pxname', 'svname', 'type'][index] ?? `c${index}`)
    return `# ${names.join(',')},\nw,s,${','.repeat(count - 2)}\n\n`
  }
  const withInfo = (more: string) => `Name: HAProxy\n${more}\n${rows}`
  const long = (size: number) => `${info}${header}w,${'s'.repeat(size - 4)},,\n\n`

  it.each([
    ['bytes', withInfo(line(10_000).repeat(infoBytes / 10_000 + 1)), `show info is of more than ${infoBytes} bytes`],
    ['lines', withInfo('a: b\n'.repeat(infoLines)), `show info is of more than ${infoLines} lines`],
    ['a line', withInfo(line(infoLineBytes + 2)), `show info has a line of more than ${infoLineBytes} bytes`],
    ['columns', `${info}${columns(statColumns + 1)}`, `show stat has more than ${statColumns} columns`],
    ['a row', long(cellBytes + 1), `show stat has more than ${cellBytes} bytes in row 1`],
    ['a quoted cell', long(cellBytes + 1).replace('w,s', 'w,"'), `show stat has more than ${cellBytes} bytes in row 1`],
  ])('%s', (_, answer, message) => {
    const bytes = Buffer.from(answer, 'latin1')
    const { error } = read(bytes)
    expect(error).toContain(`ANSWER_TOO_LARGE: the answer of a to ${message}`)
    const cuts = Array.from({ length: 40 }, (_, index) => index * Math.ceil(bytes.length / 40))
    expect(read(bytes, { cuts }).error).toBe(error)
  })

  it.each([
    ['lines', withInfo('a: b\n'.repeat(infoLines - 3))],
    ['a line', withInfo(line(infoLineBytes))],
    ['columns', `${info}${columns(statColumns)}`],
    ['a row', long(cellBytes)],
  ])('and as much is not: %s', (_, answer) => {
    expect(read(Buffer.from(answer, 'latin1')).rows).toBe(1)
  })

  it('and so is a line or a row that has no end', () => {
    for (const [begins, more] of [
      ['Name: ', 'x'],
      [`${info}${header}w,`, 's'],
      [`${info}${header}w,"`, '\n'],
      [`${info}# pxname,`, 'c,'],
    ] as const) {
      const reader = checker(1e9)
      reader.push(Buffer.from(begins))
      const push = () => {
        for (let times = 0; times < 100; times++) reader.push(Buffer.from(more.repeat(5000)))
      }
      expect(push, begins).toThrow(expect.objectContaining({ code: 'ANSWER_TOO_LARGE' }))
    }
  })
})

it('takes what looks like another answer within a quoted value for a part of it', () => {
  const quoted = `Name: HAProxy\ndescription: "a ""b""\n\nName: x\n""c"""\nnode: "n"\n\n`
  expect(read(Buffer.from(`${quoted}${header}w,s,,\n\n`))).toMatchObject({ info: quoted, rows: 1 })
})
