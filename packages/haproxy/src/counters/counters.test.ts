import { describe, expect, it, test } from 'vitest'
import { allRecorded } from '../../../../test/support/recorded.ts'
import { infoAnswer, statAnswer } from '../../../../test/support/stat-answer.ts'
import { type Counts, lostCounts } from './counts.ts'
import { infoCounters, peakColumn, peakCounters, statCounters } from './names.ts'
import { readCounters } from './read.ts'
import { renderCounters } from './render.ts'

const none = Buffer.alloc(0)
const columns = ['pxname', 'svname', 'type', 'scur', 'stot', 'bout']
const answer = (...rows: string[][]) => statAnswer(columns, rows)

/** As `stot=5`, without what is absent or 0. */
function told(counts: Counts | undefined, names = statCounters): string {
  return (counts ?? []).flatMap((count, index) => (count ? `${names[index]}=${count}` : [])).join(' ')
}

test('counters are what only grows', () => {
  expect(peakCounters).toEqual(['chkfail', 'chkdown', 'downtime', 'hanafail'])
  expect(statCounters).toEqual(expect.arrayContaining(['stot', 'bin', 'hrsp_5xx', 'ssl_sess', 'chkdown']))
  expect(infoCounters).toEqual(expect.arrayContaining(['CumConns', 'TotalBytesOut']))
  for (const name of ['scur', 'smax', 'rate', 'qtime', 'weight', 'slim']) expect(statCounters).not.toContain(name)
  for (const name of ['CurrConns', 'Maxconn', 'Uptime_sec', 'Stopping']) expect(infoCounters).not.toContain(name)
})

describe('the counters of a process', () => {
  it('are those of its objects, to the last digit', () => {
    const { info, objects } = readCounters(
      infoAnswer({ CumConns: 7, CurrConns: 3 }),
      answer(
        ['w', 'FRONTEND', '0', '9', '5', '18014398509481985'],
        ['w', 'sock-1', '3', '1', '5', '2'],
        ['a', 's', '2', '', '', ''],
      ),
    )
    expect(told(info, infoCounters)).toBe('CumConns=7')
    expect(objects.layout.keys).toEqual(['0\tw\tFRONTEND', '3\tw\tsock-1', '2\ta\ts'])
    expect(told(objects.get('0\tw\tFRONTEND'))).toBe('stot=5 bout=18014398509481985')
    expect(told(objects.get('2\ta\ts'))).toBe('')
  })

  it('are refused when one is longer than any number', () => {
    const row = (stot: string) => answer(['w', 'FRONTEND', '0', '1', stot, '2'])
    expect(told(readCounters(none, row('9'.repeat(40))).objects.get('0\tw\tFRONTEND'))).toContain(
      `stot=${'9'.repeat(40)}`,
    )
    const refused = 'has a counter of 41 characters, where a number has 40 at most'
    expect(() => readCounters(none, row('9'.repeat(41)))).toThrow(refused)
  })

  it('are those of the rows that there are now', () => {
    const keys = (...rows: string[][]) => readCounters(none, answer(...rows), 'unix:///lb').objects.layout.keys
    const server = ['a', 's', '2', '', '1', '2']
    const other = ['a', 't', '2', '', '3', '4']
    const listener = server.with(2, '3')
    expect(keys(server, other)).toEqual(['2\ta\ts', '2\ta\tt'])
    expect(keys(server, other)).toEqual(['2\ta\ts', '2\ta\tt'])
    expect(keys(server)).toEqual(['2\ta\ts'])
    expect(keys(listener, other)).toEqual(['3\ta\ts', '2\ta\tt'])
    expect(keys(other, server)).toEqual(['2\ta\tt', '2\ta\ts'])
    expect(keys(['"a,b"', 's', '2', '', '1', '2'])).toEqual(['2\t"a,b"\ts'])
  })

  it.each(allRecorded)('are the same when the rows of $name are known', ({ name, info, stat }) => {
    const [first, second] = [readCounters(info, stat, name), readCounters(info, stat, name)]
    expect(second.objects.layout).toBe(first.objects.layout)
    expect(second).toEqual(first)
  })

  it('of two objects of one name are their sum', () => {
    const { objects } = readCounters(none, answer(['w', 's', '2', '0', '5', '1'], ['w', 's', '2', '0', '6', '']))
    expect(told(objects.get('2\tw\ts'))).toBe('stot=11 bout=1')
  })

  it.each(allRecorded)('are printed and read back: $name', ({ info, stat }) => {
    const before = readCounters(info, stat)
    const printed = renderCounters(before.info, new Map(before.objects))
    const after = readCounters(printed.info ?? none, printed.stat ?? none)
    expect(told(after.info, infoCounters)).toBe(told(before.info, infoCounters))
    const lines = (objects: typeof before.objects) => [...objects].map(([key, counts]) => `${key} ${told(counts)}`)
    expect(lines(after.objects)).toEqual(lines(before.objects).filter((line) => line.includes('=')))
  })
})

test('what a maximum must not fall below is printed beside the sums, in columns of its own', () => {
  const key = '2\ta\ts'
  const counts = [5]
  const { stat } = renderCounters([], new Map([[key, counts]]), new Map([[key, [7, undefined, 19]]]))
  const [chkfail, , downtime] = peakCounters
  expect(stat?.toString()).toBe(
    `# pxname,svname,type,${statCounters[0]},${peakColumn(chkfail!)},${peakColumn(downtime!)},\na,s,2,5,7,19,\n\n`,
  )
})

describe('what counters lost', () => {
  const names = ['CumConns', 'bout']
  it.each<[string, Counts, Counts, Counts | undefined]>([
    ['nothing when they grow', [1, 2], [1, 3], undefined],
    ['all they had when they are less', [5, 2n ** 60n], [4, 2], [5, 2n ** 60n]],
    ['all they had when they are gone', [5, undefined], [], [5]],
    ['2^32 when 32 bits are full', [4294967290, 1], [3, 1], [4294967296]],
    ['all they had when only others have 64 bits', [1, 4294967290], [1, 3], [undefined, 4294967290]],
  ])('is %s', (_, before, now, lost) => {
    expect(lostCounts(before, now, names)).toEqual(lost)
  })
})
