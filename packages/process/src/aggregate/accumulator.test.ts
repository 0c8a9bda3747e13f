import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Accumulator } from './accumulator.ts'
import type { Column, ColumnMerge } from './column.ts'
import { type Places, placesOf } from './places.ts'

/** Every merge that columns of tables can have: those that make one number of several. */
type NumberMerge = Exclude<ColumnMerge, 'distinct' | 'key' | 'none'>

const column = (merge: NumberMerge, given: Partial<Column> = {}): Column => ({
  field: merge,
  merge,
  emptyIsZero: false,
  counter: false,
  ...given,
})

/** What one process reports for one column: the text of its cell, `undefined` without such a column, and the weight's. */
interface Report {
  readonly cell: string | undefined
  readonly weight?: string
  readonly stopping?: boolean
}

function mergeInto(table: Accumulator, row: number, reports: readonly Report[]): void {
  const texts = textsOf(reports)
  const offsets = Int32Array.from(
    { length: texts.length + 1 },
    (_, at) => texts.slice(0, at).join(',').length + (at && 1),
  )
  const bytes = Buffer.from(texts.map((text) => `${text},`).join(''))
  table.mergeCells(row, bytes, offsets, placesOfReports(table, reports), isStopping(reports))
}

function textsOf(reports: readonly Report[]): string[] {
  return reports.flatMap(({ cell = '', weight = '' }) => [cell, weight])
}

/** Each report is that of a column: its cell, and behind it its weight. */
function placesOfReports({ columns }: Accumulator, reports: readonly Report[]): Places {
  const position = new Map<string, number>()
  const named = columns.map((its, index) => {
    const { cell, weight } = reports[index] ?? {}
    if (cell !== undefined) position.set(`cell ${index}`, 2 * index)
    if (weight !== undefined) position.set(`weight ${index}`, 2 * index + 1)
    return { ...its, cell: `cell ${index}`, weight: `weight ${index}` }
  })
  return placesOf(named, { position }, new Map(Array.from(textsOf(reports), (_, cell) => [cell, cell])))
}

const isStopping = ([first]: readonly Report[]) => first?.stopping === true

/** Merges what several processes report for one column: every digit of the sum, or `undefined` for absent. */
function merge(of: Column, reports: readonly Report[]): number | bigint | undefined {
  const table = new Accumulator([of])
  const row = table.addRow()
  for (const report of reports) mergeInto(table, row, [report])
  const { values, bigIntegers } = table.finish()
  const [value] = values
  if (bigIntegers.has(0)) expect(Number(bigIntegers.get(0))).toBe(value)
  if (isPlain(reports)) {
    expect(mergedAsNumbers(of, reports)).toEqual({ value, bigIntegers })
  }
  return bigIntegers.get(0) ?? (Number.isNaN(value) ? undefined : value)
}

/** Whether a `QuickRow` would read it. */
function isPlain(reports: readonly Report[]): boolean {
  return textsOf(reports).every((text) => /^(-?[0-9]{1,15})?$/.test(text))
}

function mergedAsNumbers(of: Column, reports: readonly Report[]): unknown {
  const table = new Accumulator([of])
  const row = table.addRow()
  for (const report of reports) {
    const numbers = Float64Array.from(textsOf([report]), (text) => (text === '' ? Number.NaN : Number(text)))
    table.mergeNumbers(row, numbers, placesOfReports(table, [report]), isStopping([report]))
  }
  const { values, bigIntegers } = table.finish()
  return { value: values[0], bigIntegers }
}

const cells = (...texts: (string | undefined)[]): Report[] => texts.map((cell) => ({ cell }))
const stopping = (cell: string): Report => ({ cell, stopping: true })
const weighed = (cell: string, weight: string): Report => ({ cell, weight })

const cases: Readonly<Record<NumberMerge, readonly (readonly [string, readonly Report[], number | undefined])[]>> = {
  sum: [
    ['adds up', cells('1', '2', '4'), 7],
    ['counts processes that are stopping', [...cells('1'), stopping('2')], 3],
    ['leaves out what is empty or not reported', cells('', undefined, '5'), 5],
    ['is absent when one is no number: a sum over the others would be wrong', cells('1', 'UP', '5'), undefined],
    ['is absent when one has more digits than any number', cells('1', '9'.repeat(41)), undefined],
    ['is absent without any number', cells('', undefined), undefined],
    ['takes negative numbers and decimals', cells('-1', '2.5'), 1.5],
  ],
  limit: [
    ['leaves out processes that are stopping', [...cells('100', '200'), stopping('400')], 300],
    ['is absent when all are stopping', [stopping('400')], undefined],
  ],
  'limit-unless-zero': [
    ['adds up', cells('100', '200'), 300],
    ['is 0 when one is unlimited', cells('100', '0', '200'), 0],
    ['leaves out processes that are stopping', [...cells('100'), stopping('0'), stopping('5')], 100],
    ['ignores who does not report it', cells('100', '', undefined), 100],
  ],
  'limit-unless-empty': [
    ['adds up', cells('100', '200'), 300],
    ['is absent when one is unlimited', cells('100', '', '200'), undefined],
    ['leaves out processes that are stopping', [...cells('100'), stopping('')], 100],
    ['ignores who has no such column', cells('100', undefined), 100],
    ['takes 0 for a limit', cells('0', '5'), 5],
  ],
  mean: [
    ['is the plain mean', cells('1', '2', '6'), 3],
    ['leaves out processes that are stopping', [...cells('1', '2'), stopping('100')], 1.5],
    ['does not count what is empty', cells('3', '', '5'), 4],
    ['is absent without a number', cells(''), undefined],
  ],
  'weighted-mean': [
    ['weighs', [weighed('10', '1'), weighed('20', '3')], 17.5],
    [
      'does not count values of weight 0 or without weight',
      [weighed('10', '1'), weighed('20', '0'), weighed('9', '')],
      10,
    ],
    ['is the plain mean when nothing weighs', [weighed('20', '0'), weighed('0', '0'), weighed('1', '')], 7],
    ['is what one process says, whatever it weighs', [weighed('0', '0')], 0],
    ['is absent without a number', [weighed('', '3')], undefined],
    ['weighs a process without the weighing field as 1', [{ cell: '20' }, weighed('10', '4')], 12],
    ['leaves out processes that are stopping', [weighed('10', '1'), { ...weighed('90', '5'), stopping: true }], 10],
    ['weighs all alike where there is no such column', cells('10', '20'), 15],
  ],
  'mean-with-traffic': [
    ['is the plain mean of those with weight', [weighed('10', '1'), weighed('20', '3'), weighed('0', '0')], 15],
    ['is absent without traffic', [weighed('0', '0')], undefined],
  ],
  peak: [
    ['adds up', cells('5', '7', ''), 12],
    [
      'is that of a stopping process when it is larger, which was at another time',
      [...cells('5', '7'), stopping('20')],
      20,
    ],
    ['leaves out stopping processes whose peaks are smaller', [stopping('9'), ...cells('5', '7'), stopping('11')], 12],
    ['is the largest of processes that are all stopping', [stopping('9'), stopping('0'), stopping('11')], 11],
    ['is 0 when a stopping process alone had nothing', [stopping('0')], 0],
    ['is absent without a number', cells(''), undefined],
  ],
  max: [
    ['is the largest', cells('-3', '7', '', '2'), 7],
    ['counts processes that are stopping', [...cells('1'), stopping('2')], 2],
  ],
  min: [
    ['is the smallest', cells('3', '7', '', '2'), 2],
    ['counts processes that are stopping', [...cells('3'), stopping('2')], 2],
  ],
  'min-age': [
    ['is the smallest', cells('3', '7'), 3],
    ['takes -1 for never', cells('-1', '7', '-1', '3'), 3],
    ['is -1 when it never was', cells('-1', '-1'), -1],
    ['takes 0 for now', cells('-1', '0', '3'), 0],
  ],
  first: [
    ['is the first', cells('', '3', '3'), 3],
    ['prefers who is not stopping, wherever it stands', [stopping('1'), ...cells('2'), stopping('3')], 2],
    ['is that of a stopping process without another', [stopping('1'), stopping('1')], 1],
  ],
}

describe.each(Object.keys(cases) as NumberMerge[])('merge %s', (of) => {
  it.each(cases[of])('%s', (_, reports, value) => expect(merge(column(of), reports)).toBe(value))
})

describe('empty cells that count as 0, as for haproxystats 0.5.2', () => {
  it.each([
    ['sum', cells('', '5'), 5],
    ['sum', cells(''), 0],
    ['mean', cells('', '5'), 2.5],
    ['mean', cells(undefined), undefined],
  ] as const)('in a %s', (of, reports, value) => {
    expect(merge(column(of, { emptyIsZero: true }), reports)).toBe(value)
  })
})

describe('numbers beyond 2^53', () => {
  const counter = column('sum', { counter: true })

  it.each([
    ['one', ['9007199254740993'], 9007199254740993n],
    ['two that only together are', ['9007199254740991', '2'], 9007199254740993n],
    ['several', ['9007199254740993', '1', '9007199254740993'], 18014398509481987n],
    ['one that is small again with a negative one', ['9007199254740993', '-9007199254740990'], 3n],
    ['the largest counter there is', ['18446744073709551615'], 18446744073709551615n],
    ['twice that', ['18446744073709551615', '18446744073709551615'], 36893488147419103230n],
  ])('are summed to the last digit: %s', (_, texts, sum) => expect(merge(counter, cells(...texts))).toBe(sum))

  it.each(['18446744073709551613', '9223372036854775808'])('are an underflow in a gauge: %s', (text) => {
    expect(merge(column('sum'), cells(text))).toBeUndefined()
    expect(merge(column('sum'), cells('3', text, '4'))).toBe(7)
    expect(merge(column('max'), cells('3', text))).toBe(3)
  })

  it('of a process that is stopping do not count in limits', () => {
    expect(merge(column('limit', { counter: true }), [...cells('5'), stopping('9007199254740993')])).toBe(5)
  })

  it('weigh what they weigh', () => {
    const reports = [weighed('9007199254740994', '3'), weighed('0', '1')]
    expect(merge(column('weighted-mean', { counter: true }), reports)).toBe((9007199254740994 * 3) / 4)
  })

  it.each([
    ['decimals and a bigIntegers number', ['0.5', '9007199254740993']],
    ['a bigIntegers number and decimals', ['9007199254740993', '0.5']],
    ['decimals that grow bigIntegers', ['0.5', '9007199254740991']],
    ['more digits than any double has', ['9'.repeat(400), '1']],
    ['decimals with more digits than any double has', [`${'9'.repeat(400)}.5`, '1', '9007199254740993']],
    ['both infinities', [`${'9'.repeat(400)}.5`, `-${'9'.repeat(400)}`, '1']],
  ])('do no harm among others: %s', (_, texts) => {
    for (const reports of [cells(...texts), cells(...texts).reverse()]) {
      expect(() => merge(counter, reports)).not.toThrow()
    }
  })
})

/** What a merge means, said a second time over all reports at once. */
function meant(of: NumberMerge, reports: readonly Report[]): number | undefined {
  const numbers = reports
    .filter(({ cell }) => cell !== undefined && cell !== '')
    .map(({ cell, weight, stopping: stops = false }) => ({ value: Number(cell), weight: Number(weight), stops }))
  const serving = numbers.filter(({ stops }) => !stops)
  const sum = (of: readonly { value: number }[]) =>
    of.length === 0 ? undefined : of.reduce((total, { value }) => total + value, 0)
  const mean = (of: readonly { value: number; weight: number }[]) => {
    const weight = of.reduce((total, each) => total + each.weight, 0)
    return weight === 0 ? undefined : of.reduce((total, each) => total + each.value * each.weight, 0) / weight
  }
  const plain = (of: readonly { value: number }[]) => mean(of.map(({ value }) => ({ value, weight: 1 })))
  const least = (of: readonly { value: number }[]) =>
    of.length === 0 ? undefined : Math.min(...of.map(({ value }) => value))
  const meanings: Readonly<Record<NumberMerge, () => number | undefined>> = {
    sum: () => sum(numbers),
    limit: () => sum(serving),
    'limit-unless-zero': () => (serving.some(({ value }) => value === 0) ? 0 : sum(serving)),
    'limit-unless-empty': () =>
      reports.some(({ cell, stopping: stops }) => cell === '' && !stops) ? undefined : sum(serving),
    mean: () => plain(serving),
    'weighted-mean': () => mean(serving.filter(({ weight }) => weight > 0)) ?? plain(serving),
    'mean-with-traffic': () => plain(numbers.filter(({ weight }) => weight > 0)),
    peak: () => {
      const peaks = numbers.filter(({ stops }) => stops).map(({ value }) => value)
      return numbers.length === 0 ? undefined : Math.max(sum(serving) ?? Number.NEGATIVE_INFINITY, ...peaks)
    },
    max: () => (numbers.length === 0 ? undefined : Math.max(...numbers.map(({ value }) => value))),
    min: () => least(numbers),
    'min-age': () => least(numbers.filter(({ value }) => value >= 0)) ?? (numbers.length === 0 ? undefined : -1),
    first: () => (serving[0] ?? numbers[0])?.value,
  }
  return meanings[of]()
}

const report = fc.record({
  cell: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -1, max: 100_000 }).map(String) },
    fc.constantFrom('', '0', '-1', '2.5', '4294967295', undefined),
  ),
  weight: fc.oneof(fc.constantFrom('0', '1'), fc.nat(10_000).map(String)),
  stopping: fc.boolean(),
})
const reportsOf = (of: NumberMerge) =>
  fc.array(report, { maxLength: 6 }).map((reports) => {
    // The same everywhere is what `first` is for, and no peak is below 0.
    if (of === 'first') return reports.map((each) => ({ ...each, cell: each.stopping ? '5' : '7' }))
    return of === 'peak' ? reports.map((each) => ({ ...each, cell: each.cell?.replace('-', '') })) : reports
  })

describe.each(Object.keys(cases) as NumberMerge[])('any reports, merged by %s', (of) => {
  const expectClose = (value: number | bigint | undefined, other: number | bigint | undefined) => {
    if (value === undefined || other === undefined) expect(value).toBe(other)
    else expect(Math.abs(Number(value) - Number(other))).toBeLessThanOrEqual(1e-9 * Math.abs(Number(other)))
  }

  it('give what the merge means', () => {
    fc.assert(fc.property(reportsOf(of), (reports) => expectClose(merge(column(of), reports), meant(of, reports))))
  })

  it('give the same in every order', () => {
    const orders = reportsOf(of).chain((reports) =>
      fc.tuple(fc.constant(reports), fc.shuffledSubarray(reports, { minLength: reports.length })),
    )
    fc.assert(fc.property(orders, ([one, other]) => expectClose(merge(column(of), one), merge(column(of), other))))
  })
})

it('sums whole numbers of any size to the last digit, in every order', () => {
  const numbers = fc.array(fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 9n })), {
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(numbers, (given) => {
      const sum = merge(column('sum', { counter: true }), cells(...given.map(String)))
      expect(BigInt(sum!)).toBe(given.reduce((total, each) => total + each))
    }),
  )
})

describe('an accumulator', () => {
  const columns = [column('sum', { counter: true }), column('mean'), column('limit-unless-zero'), column('first')]

  it('keeps rows apart, however many there are', () => {
    const table = new Accumulator(columns)
    const count = 300
    for (let number = 0; number < count; number++) expect(table.addRow()).toBe(number)
    for (let row = count - 1; row >= 0; row--) mergeInto(table, row, cells(String(row), String(2 * row), '1', ''))
    const { values } = table.finish()
    expect(table.rows).toBe(count)
    expect(values).toHaveLength(count * columns.length)
    for (let row = 0; row < count; row++) {
      expect([...values.subarray(4 * row, 4 * row + 4)]).toEqual([row, 2 * row, 1, Number.NaN])
    }
  })

  it('grows in the middle of merging', () => {
    const table = new Accumulator([column('mean')])
    table.addRow()
    mergeInto(table, 0, cells('1'))
    table.addRow()
    mergeInto(table, 0, cells('3'))
    expect([...table.finish().values]).toEqual([2, Number.NaN])
  })

  it('begins anew after clear', () => {
    const table = new Accumulator(columns)
    table.addRow()
    mergeInto(table, 0, cells('18446744073709551615', '4', '0', '9'))
    expect(table.finish().bigIntegers.size).toBe(1)
    table.clear()
    expect(table.rows).toBe(0)
    expect(table.addRow()).toBe(0)
    mergeInto(table, 0, cells('', '6', '5', ''))
    const { values, bigIntegers } = table.finish()
    expect([...values]).toEqual([Number.NaN, 6, 5, Number.NaN])
    expect(bigIntegers.size).toBe(0)
  })

  it('sets what is computed', () => {
    const table = new Accumulator(columns)
    table.addRow()
    table.addRow()
    table.set(1, 0, 12)
    expect(table.finish().values[columns.length]).toBe(12)
  })

  it('may have no columns', () => {
    const table = new Accumulator([])
    for (let row = 0; row < 100; row++) table.addRow()
    expect(table.finish().values).toHaveLength(0)
    expect(table.rows).toBe(100)
  })
})
