import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allRecorded } from '../../../../test/support/recorded.ts'
import { type Cells, statAnswer } from '../../../../test/support/stat-answer.ts'
import { readNumber } from './number.ts'
import { QuickRow } from './quick-row.ts'
import { scanHeader, scanRows } from './scan.ts'

interface Found {
  /** Behind the row. */
  readonly end: number
  readonly values: readonly number[]
}

/** Every row of an answer as `scanRows` reads it: where it begins, where it ends, and the wanted cells as numbers. */
function careful(bytes: Uint8Array, wanted: readonly number[]): (Found & { readonly start: number })[] {
  const { header, rows } = scanHeader(bytes)
  const starts: number[] = []
  const values: number[][] = []
  scanRows(
    bytes,
    header,
    rows,
    (row, offsets) => {
      values.push(wanted.map((cell) => readNumber(row, offsets[cell]!, offsets[cell + 1]! - 1)))
    },
    (position) => {
      starts.push(position)
      return -1
    },
  )
  return values.map((of, row) => ({ start: starts[row]!, end: starts[row + 1] ?? bytes.length - 1, values: of }))
}

/** Behind the two names, which hold no comma. */
function behindNames(bytes: Uint8Array, start: number): number {
  return bytes.indexOf(0x2c, bytes.indexOf(0x2c, start) + 1) + 1
}

function quick(
  bytes: Uint8Array,
  start: number,
  wanted: readonly number[],
  marked: readonly number[] = [],
): Found | undefined {
  const row = new QuickRow(bytes, scanHeader(bytes).header, wanted, marked)
  const end = row.read(behindNames(bytes, start))
  return end < 0 ? undefined : { end, values: [...row.values] }
}

/** The same bytes in memory that begins at another place within a word of four bytes. */
function moved(bytes: Uint8Array, by: number): Uint8Array {
  const memory = new Uint8Array(bytes.length + by + 5).fill(0x2c)
  memory.set(bytes, by)
  return memory.subarray(by, by + bytes.length)
}

const columns = ['pxname', 'svname', 'a', 'type', 'b', 'c', 'd']
const answer = (...rows: Cells[]) => statAnswer(columns, rows)

describe('rows of recorded answers', () => {
  it.each(allRecorded)('of $name are read as by scanRows, or declined', ({ stat }) => {
    const { names, position } = scanHeader(stat).header
    const numbers = ['scur', 'stot', 'bin', 'bout', 'type', 'qtime', 'rate'].flatMap((name) => position.get(name) ?? [])
    const rows = careful(stat, numbers)
    const read = rows.map(({ start }) => quick(stat, start, numbers))
    read.forEach((found, index) => {
      if (found === undefined) return
      const { end, values } = rows[index]!
      expect(found).toEqual({ end, values })
    })
    const plain = rows.filter(({ start, end }) => !Buffer.from(stat.subarray(start, end)).includes('"'))
    expect(read.filter((found) => found !== undefined)).toHaveLength(plain.length)
    expect(plain.length).toBeGreaterThan(0.5 * rows.length)
    expect(names.length).toBeGreaterThan(50)
  })
})

describe('a row', () => {
  const bytes = answer(['p', 's', '17', '2', '', '-5', 'text'], ['p', 't', '1', '2', '3', '4', ''])
  const first = bytes.indexOf('\n') + 1

  it('is read into slots, empty cells as NaN, whatever its place in memory', () => {
    for (const by of [0, 1, 2, 3]) {
      expect(quick(moved(bytes, by), first, [5, 4, 2])).toEqual({
        end: bytes.indexOf('\n', first) + 1,
        values: [-5, Number.NaN, 17],
      })
    }
  })

  it('says where the marked cell begins', () => {
    const row = new QuickRow(bytes, scanHeader(bytes).header, [2], [6])
    row.read(behindNames(bytes, first))
    expect(bytes.toString('latin1', row.marks[0], row.marks[0]! + 4)).toBe('text')
  })

  it('is declined when a cell has something that should be empty, wherever it stands', () => {
    const wanted = [3, 5]
    const filled = ['p', 's', '', '2', '', '4', '']
    const read = (cells: Cells) => {
      const other = answer(cells)
      const row = new QuickRow(other, scanHeader(other).header, wanted, [], new Set([2, 4, 6]))
      return [row.read(behindNames(other, other.indexOf('\n') + 1)) > 0, ...row.values]
    }
    expect(read(filled)).toEqual([true, 2, 4])
    for (const cell of [2, 4, 6]) expect(read(filled.with(cell, '0'))[0]).toBe(false)
  })

  it.each([
    ['a quoted cell behind the wanted ones', ['p', 's', '1', '2', '3', '4', 'a,b']],
    ['a quoted cell before a wanted one', ['p', 's', '1', '2', 'a"', '4', '']],
    ['a wanted cell with text', ['p', 's', 'UP', '2', '3', '4', '']],
    ['a wanted cell with text behind digits', ['p', 's', '1x', '2', '3', '4', '']],
    ['a wanted cell with decimals', ['p', 's', '1.5', '2', '3', '4', '']],
    ['only a sign', ['p', 's', '-', '2', '3', '4', '']],
    ['more digits than are exact', ['p', 's', '1234567890123456', '2', '3', '4', '']],
    ['a cell too few', ['p', 's', '1', '2', '3', '4']],
    ['a cell too many', ['p', 's', '1', '2', '3', '4', '', '']],
    ['fewer cells than wanted', ['p', 's', '1']],
  ])('is declined with %s', (_, cells) => {
    const other = answer(cells, ['p', 't', '1', '2', '3', '4', ''])
    expect(quick(other, other.indexOf('\n') + 1, [2, 5])).toBeUndefined()
  })

  it.each(['p,s,1,2,3,4,x,y\n\n', 'p,s,1,2,3,4,\n\n', 'p,s,1,2,3,4,x\n\n', 'p,s,1,2,3', 'p,s,1,2,3,4,,', ''])(
    'is declined when it is not whole: %j',
    (row) => {
      const other = Buffer.concat([answer().subarray(0, -1), Buffer.from(row)])
      for (const by of [0, 1, 2, 3]) expect(quick(moved(other, by), other.indexOf('\n') + 1, [2, 5])).toBeUndefined()
    },
  )
})

describe('generated rows', () => {
  const cell = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('', '0', '7', '-1', '4294967296', '999999999999999') },
    fc.integer().map(String),
    fc.constantFrom('UP', '1.5', '"', 'a,b', '\n', '18446744073709551615', '1e5', '-', '007', '-0'),
    fc.string({ unit: 'binary-ascii', maxLength: 9 }),
  )
  const name = fc.constantFrom('p', 'web', 's-1.example')
  const row = fc.tuple(name, name, ...columns.slice(2).map(() => cell)).map((cells): Cells => cells)

  it('are read as by scanRows, or declined', () => {
    let read = 0
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), fc.nat({ max: 3 }), (rows, by) => {
        const bytes = moved(answer(...rows), by)
        const wanted = [2, 4, 5]
        for (const { start, end, values } of careful(bytes, wanted)) {
          const found = quick(bytes, start, wanted)
          if (found === undefined) continue
          expect(found).toEqual({ end, values })
          read++
        }
      }),
      { numRuns: 500 },
    )
    expect(read).toBeGreaterThan(100)
  })
})
