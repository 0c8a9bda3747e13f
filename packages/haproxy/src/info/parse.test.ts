import { StatsError } from '@haproxystats/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allRecorded, recordedFile, release } from '../../../../test/support/recorded.ts'
import { infoAnswer } from '../../../../test/support/stat-answer.ts'
import { infoInteger, infoNumber, parseInfo } from './parse.ts'

const latin1 = (text: string) => Buffer.from(text).toString('latin1')
const infoOf = (name: string) => parseInfo(release(name).info)

function refusal(bytes: Uint8Array): string | undefined {
  try {
    parseInfo(bytes)
    return undefined
  } catch (error) {
    if (!(error instanceof StatsError) || error.code !== 'ANSWER_MALFORMED') throw error
    return error.message
  }
}

describe('an answer that no HAProxy gives is refused', () => {
  const more = 'which no HAProxy prints in show info'
  it.each([
    ['two', 'Name: HAProxy\nPid: 1\n\nName: HAProxy\nPid: 2\n\n', 'holds two answers to show info'],
    ['too many lines', `Name: a\n${'k: 1\n'.repeat(2001)}\n`, `has more than 2000 lines, ${more}`],
    ['too many bytes', `Name: a\n${'k: 1\n'.repeat(300_000)}\n`, `has more than 1048576 bytes, ${more}`],
    ['a long line', `Name: a\nd: ${'x'.repeat(16_384)}\n\n`, `has more than 16384 bytes in a line, ${more}`],
    ['a long text', `Name: a\nd: "${'x\n'.repeat(8200)}"\n\n`, `has more than 16384 bytes in a line, ${more}`],
  ])('%s', (_, text, reason) => expect(refusal(Buffer.from(text))).toBe(reason))

  it('a number longer than any is none', () => {
    const info = parseInfo(infoAnswer({ CumReq: '9'.repeat(41), Maxconn: '9'.repeat(40) }))
    expect(infoNumber(info, 'CumReq')).toBeNaN()
    expect(infoInteger(info, 'CumReq')).toBeUndefined()
    expect(infoInteger(info, 'Maxconn')).toBe(10n ** 40n - 1n)
  })
})

describe('recorded answers', () => {
  it.each(allRecorded)('of $name are read whole', ({ name, info: bytes }) => {
    const info = parseInfo(bytes)
    const lines = bytes.toString('latin1').split('\n').length - 2
    const linesOfDescription = name === '2.6.12-quoted' ? 4 : 1
    expect(info.size).toBe(lines - linesOfDescription + 1)
    expect(info.get('Name')).toBe('HAProxy')
    for (const name of ['Pid', 'Uptime_sec', 'Maxconn', 'CurrConns', 'Idle_pct', 'CumReq']) {
      expect(infoNumber(info, name)).toBeGreaterThanOrEqual(0)
    }
    expect(infoNumber(info, 'Uptime')).toBeNaN()
  })

  it.each(['2.4.0', '2.9.0', '3.4.0'])('of %s have decimals where they were asked for', (name) => {
    const uptime = infoNumber(parseInfo(recordedFile(`answers/${name}/info_float.txt`)), 'Uptime_sec')
    expect(uptime % 1).toBeGreaterThan(0)
  })

  it('keep the raw description of HAProxy 1.5', () => expect(infoOf('1.5.0').get('description')).toBe('de, "x y"'))

  it('have the quoted description of HAProxy 1.7 and newer without its quotes', () => {
    expect(infoOf('3.4.0').get('description')).toBe('de, x y')
  })

  it('do not take the lines of a description for others', () => {
    const info = infoOf('2.6.12-quoted')
    expect(info.get('description')).toBe(latin1('de, "x"; y:é\nStopping: 1\n\nMemmax_bytes: 7'))
    expect(info.get('Stopping')).toBe('0')
    expect(info.get('Memmax_bytes')).toBe('0')
    expect([...info.keys()].at(-1)).toBe('Tainted')
  })

  it.each(['1.5.0', '3.4.0'].map(release))('of $name are refused at every byte where they could be cut', ({ info }) => {
    const accepted = []
    for (let length = 0; length < info.length; length++) {
      if (refusal(info.subarray(0, length)) === undefined) accepted.push(length)
    }
    expect(accepted).toEqual([])
    expect(refusal(info)).toBeUndefined()
  })
})

describe('parseInfo', () => {
  const info = (...lines: string[]) => parseInfo(Buffer.from(`Name: HAProxy\n${lines.join('\n')}\n\n`, 'latin1'))

  it.each([
    ['description: ', ''],
    ['description: a: b', 'a: b'],
    ['description: ""', ''],
    ['description: """"', '"'],
    ['description: "', '"'],
    ['description: "a', '"a'],
    ['description: "a" b', '"a" b'],
    ['description: "a"" b', '"a"" b'],
    ['description: a"b"', 'a"b"'],
  ])('reads %s', (line, value) => {
    const read = info(line, 'Stopping: 0')
    expect(read.get('description')).toBe(value)
    expect(read.get('Stopping')).toBe('0')
  })

  it('keeps the first of lines with one name, and none without a name', () => {
    expect([...info('a: 1', 'a: 2', ': 3', 'b:4', '', 'c : 5')]).toEqual([
      ['Name', 'HAProxy'],
      ['a', '1'],
      ['c ', '5'],
    ])
  })

  it('takes ordinary names for names', () => {
    const read = info('__proto__: 1', 'constructor: 2')
    expect(read.get('__proto__')).toBe('1')
    expect(read.get('constructor')).toBe('2')
    expect(read.get('toString')).toBeUndefined()
    expect(infoNumber(read, 'toString')).toBeNaN()
  })

  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['show stat', '# pxname,svname,type,\n\n'],
    ['a refusal', 'Permission denied\n\n'],
    ['no empty line', 'Name: HAProxy\nPid: 1\n'],
  ])('refuses %s', (_, text) => expect(refusal(Buffer.from(text))).toBeTypeOf('string'))

  it('reads any text back that is quoted as HAProxy quotes', () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom('"', '\n', '\n\n', ',', ': ', 'Pid: 2'), fc.string()))
      .map((parts) => latin1(parts.join('')))
    fc.assert(
      fc.property(text, (value) => {
        const quoted = `"${value.replaceAll('"', '""')}"`
        const read = parseInfo(infoAnswer({ description: quoted, Stopping: 0 }))
        expect([...read]).toEqual([
          ['Name', 'HAProxy'],
          ['description', value],
          ['Stopping', '0'],
        ])
      }),
    )
  })
})

describe('infoNumber', () => {
  const number = (value: string) => infoNumber(parseInfo(infoAnswer({ X: value })), 'X')

  it.each([
    ['12', 12],
    ['-5', -5],
    ['2.534', 2.534],
    ['0x8', 8],
    ['0xFf', 255],
    ['18446744073709551615', 2 ** 64],
  ])('reads %s', (text, value) => expect(number(text)).toBe(value))

  it.each(['', ' ', '1 ', '1e5', '0x', '0b1', '0d 0h00m02s', 'NaN', 'Infinity', '1.', '.5', '+1'])(
    'takes "%s" for no number',
    (text) => expect(number(text)).toBeNaN(),
  )
})
