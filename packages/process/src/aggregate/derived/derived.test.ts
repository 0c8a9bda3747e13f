import { infoFieldByName } from '@haproxystats/haproxy'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultLists } from '../metric-lists.ts'
import { rowMetrics } from './row-metrics.ts'
import { nearestPercentile, spreadMetrics, standardDeviation } from './spread-metrics.ts'

const daemonFields = defaultLists.daemon.map(({ name }) => name as string)

describe.each(rowMetrics)('$name', ({ name, summary, unit, needs, example, compute }) => {
  it('computes its example', () => expect(compute(example.given)).toBe(example.value))

  it('needs fields that the daemon has, and its example gives exactly these', () => {
    expect(daemonFields).toEqual(expect.arrayContaining([...needs]))
    expect(Object.keys(example.given).sort()).toEqual([...needs].sort())
  })

  it('is told apart from the fields of HAProxy, and says what it is', () => {
    expect(infoFieldByName.has(name)).toBe(false)
    expect(name).toMatch(/^[A-Za-z]+$/)
    expect(summary).toMatch(/^[A-Z].*\.$/)
    expect(unit).not.toBe('')
  })

  it('is a number for all numbers that HAProxy may report', () => {
    const values = fc.array(fc.oneof(fc.constantFrom(0, 1, 100), fc.nat()), {
      minLength: needs.length,
      maxLength: needs.length,
    })
    fc.assert(
      fc.property(values, (given) => {
        const value = compute(Object.fromEntries(needs.map((field, index) => [field, given[index]!])))
        expect(Number.isFinite(value)).toBe(true)
      }),
    )
  })
})

describe('shares of a limit', () => {
  const share = rowMetrics.find(({ name }) => name === 'ConnPercentage')!.compute

  it.each([
    [0, 800, 0],
    [7, 800, 0],
    [8, 800, 1],
    [799, 800, 99],
    [800, 800, 100],
    [801, 800, 100],
    [1600, 800, 200],
    [5, 0, 0],
  ])('of %d in %d are %d percent', (CurrConns, Maxconn, value) => expect(share({ CurrConns, Maxconn })).toBe(value))
})

describe.each(spreadMetrics)('$name', ({ name, of, example, compute }) => {
  it('computes its example', () => expect(compute(example.given)).toBeCloseTo(example.value, 12))

  it('is made of a derived metric of a process', () => expect(rowMetrics.map((metric) => metric.name)).toContain(of))

  it('is fit for a path', () => expect(name).toMatch(/^[A-Za-z0-9]+$/))

  it('is the same in any order, a number, and none of the values is changed', () => {
    const values = fc.array(fc.nat(100), { minLength: 2, maxLength: 8 })
    const orders = values.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
    )
    fc.assert(
      fc.property(orders, ([one, other]) => {
        const before = [...one]
        expect(compute(one)).toBeCloseTo(compute(other), 9)
        expect(Number.isFinite(compute(one))).toBe(true)
        expect(one).toEqual(before)
      }),
    )
  })
})

it('no two derived metrics have one name', () => {
  const names = [...rowMetrics, ...spreadMetrics].map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

describe('nearestPercentile', () => {
  // numpy.percentile(values, percent, method='nearest'), as pandas calls it.
  it.each([
    [[1, 2], 50, 1],
    [[1, 2], 51, 2],
    [[1, 2, 3], 25, 1],
    [[1, 2, 3], 75, 3],
    [[1, 2, 3, 4], 50, 3],
    [[10, 9, 8, 7], 25, 8],
    [[5], 99, 5],
    [[10, 2, 1], 0, 1],
    [[10, 2, 1], 100, 10],
    [[100, 20, 3], 100, 100],
  ])('of %j at %d is %d', (values, percent, nearest) => expect(nearestPercentile(values, percent)).toBe(nearest))

  it('is always one of the values', () => {
    const given = fc.tuple(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), fc.nat(100))
    fc.assert(fc.property(given, ([values, percent]) => values.includes(nearestPercentile(values, percent))))
  })
})

describe('standardDeviation', () => {
  it.each([
    [[4, 4], 0],
    [[7, 9], Math.SQRT2],
    [[2, 4, 4, 4, 5, 5, 7, 9], Math.sqrt(32 / 7)],
  ])('of %j', (values, deviation) => expect(standardDeviation(values)).toBeCloseTo(deviation, 12))
})
