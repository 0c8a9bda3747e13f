import { describe, expect, it } from 'vitest'
import { allRecorded, release } from '../../../../test/support/recorded.ts'
import { infoAnswer, statAnswer } from '../../../../test/support/stat-answer.ts'
import { AnswerHead } from './head.ts'

const columns = ['pxname', 'svname', 'iid', 'sid', 'type', '-', 'new_one', '(null)', 'newer']

type Row = readonly [pxname: string, svname: string, iid: number | string, sid: number | string, type: number | string]

interface Given {
  readonly names?: readonly string[]
  readonly info?: Buffer
  /** In bytes. */
  readonly chunk?: number
}

function headOf(rows: readonly Row[], given: Given = {}) {
  const { names = columns, info = infoAnswer({ Pid: 7, Start_time_sec: 100 }), chunk = 50 } = given
  const stat = statAnswer(
    names,
    rows.map((row) => [...row.map(String), ...Array(names.length - row.length).fill('1')]),
  )
  const head = new AnswerHead()
  for (let at = 0; at < stat.length; at += chunk) head.push('stat', stat.subarray(at, at + chunk))
  head.push('info', info)
  return head.unknownColumns()
}

const front: Row = ['web', 'FRONTEND', 2, 0, 0]
const listener: Row = ['web', 'sock-1', 2, 1, 3]
const server: Row = ['app', 'a1', 3, 4, 2]
const back: Row = ['app', 'BACKEND', 3, 0, 1]

describe('columns that no table knows', () => {
  it('are found by name, and what is no column is not', () => {
    expect(headOf([front])?.names).toEqual(['new_one', 'newer'])
    expect(headOf([front], { names: columns.slice(0, 6) })).toBeUndefined()
  })

  it.each(allRecorded)('are in no answer of $name, so nothing is queried', ({ info, stat }) => {
    const head = new AnswerHead()
    head.push('info', info)
    head.push('stat', stat)
    expect(head.unknownColumns()).toBeUndefined()
  })

  it('are those of one process until it or they change', () => {
    const process = (pid: number, names = columns, start = 100) =>
      headOf([front], { names, info: infoAnswer({ Pid: pid, Start_time_sec: start }) })?.process
    expect(process(7)).toBe(process(7))
    expect(new Set([process(7), process(8), process(7, columns, 101), process(7, columns.slice(0, 7))]).size).toBe(4)
  })
})

describe('the objects to query', () => {
  const inApp = { iid: 3, types: 3, sid: -1 }
  const a1 = { iid: 3, types: 4, sid: 4 }
  const web = { iid: 2, types: 1, sid: -1 }

  it.each<[string, readonly Row[], unknown]>([
    ['a server, its proxy and a frontend', [front, listener, server, back], [inApp, a1, web]],
    ['the first of each', [front, server, ['b', 's', 9, 1, 2], ['c', 'FRONTEND', 8, 0, 0]], [inApp, a1, web]],
    ['one proxy that is both', [['l', 'FRONTEND', 3, 0, 0], server], [inApp, a1]],
    ['a backend without servers', [front, back], [inApp, web]],
    ['a frontend alone', [front, listener], [web]],
    ['none', [listener], []],
    [
      'none of odd numbers',
      [
        ['x', 'y', '-1', '1', 2],
        ['x', 'y', '1;show', '1', 0],
        ['x', 'y', '', '', 1],
      ],
      [],
    ],
  ])('are %s', (_, rows, objects) => expect(headOf(rows)?.objects()).toEqual(objects))

  const listeners = (count: number) => Array.from({ length: count }, (): Row => listener)
  /** As wide as the rows of HAProxy 3.4. */
  const names = [...columns, ...Array.from({ length: 160 }, (_, index) => `wide_${index}`)]

  /** A buffer of HAProxy has 16 kB, and a read of this program as much as 64 kB. */
  describe.each([1460, 8192, 16_384, 65_536, 1_000_000])('in chunks of %i bytes', (chunk) => {
    it.each([
      ['8 kB', 20],
      ['20 kB', 60],
      ['64 kB', 200],
      ['300 kB', 900],
    ])('are found with the first server behind %s of other rows', (_, count) => {
      const later = [server, back, ['other', 'o1', 5, 9, 2] as Row]
      expect(headOf([front, ...listeners(count), ...later], { names, chunk })?.objects()).toEqual([inApp, a1, web])
    })
  })

  it('are found behind a text of several lines', () => {
    const odd: Row = ['web', 'a\n"b",c\nd', 2, 1, 3]
    for (const chunk of [1, 7, 16_384]) {
      const rows = [front, ...listeners(400), odd, server]
      expect(headOf(rows, { chunk })?.objects()).toEqual([inApp, a1, web])
    }
  })

  it('are searched in a megabyte of rows, no further', () => {
    const rows = [front, ...listeners(3500), server]
    expect(headOf(rows, { names, chunk: 16_384 })?.objects()).toEqual([web])
  })
})

it('an incomplete answer has no unknown columns', () => {
  const head = new AnswerHead()
  expect(head.unknownColumns()).toBeUndefined()
  head.push('stat', release('2.6.12-debian').stat.subarray(0, 100))
  expect(head.unknownColumns()).toBeUndefined()
})
