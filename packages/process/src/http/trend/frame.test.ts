import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Frame, isFrame, packColumns, placesOf, unpackColumn, valueAt } from './frame.ts'
import { decodeValue, encodeValue } from './value-code.ts'

const frameOf = (columns: number[][]): Frame => {
  const places = columns[0]!.length
  return { time: 1, span: 0, count: 1, bytes: packColumns(Float32Array.from(columns.flat()), columns.length, places) }
}

/** Columns as they come: one value for all, one for nearly all, small whole numbers, anything. */
const column = (places: number) =>
  fc.oneof(
    fc.constantFrom(0, 1, Number.NaN, 1234.5).map((value) => Array<number>(places).fill(value)),
    fc.tuple(fc.nat(places - 1), fc.nat(5000)).map(([at, value]) => Array<number>(places).fill(0).with(at, value)),
    fc.array(fc.oneof(fc.nat(254), fc.constant(Number.NaN)), { minLength: places, maxLength: places }),
    fc.array(fc.oneof(fc.float({ min: 0, noNaN: true }), fc.constant(Number.NaN)), {
      minLength: places,
      maxLength: places,
    }),
  )
const columns = fc
  .integer({ min: 1, max: 90 })
  .chain((places) => fc.array(column(places), { minLength: 1, maxLength: 4 }))

const rounded = (values: readonly number[]) => values.map((value) => decodeValue(encodeValue(Math.fround(value))))

describe('a frame', () => {
  it('gives back each value and each column, and nothing beyond', () => {
    fc.assert(
      fc.property(columns, (given) => {
        const frame = frameOf(given)
        const places = given[0]!.length
        given.forEach((values, index) => {
          const into = new Float32Array(places + 2).fill(7)
          unpackColumn(frame, index, into)
          expect([...into]).toEqual([...rounded(values), Number.NaN, Number.NaN])
          expect(values.map((_value, place) => valueAt(frame, index, place))).toEqual(rounded(values))
          expect(valueAt(frame, index, places)).toBeNaN()
        })
        expect(valueAt(frame, given.length, 0)).toBeNaN()
        expect(placesOf(frame)).toBe(places)
        expect(isFrame(frame.bytes, given.length)).toBe(true)
      }),
    )
  })

  it('takes a few bytes for what is the same in all rows, and for few that differ', () => {
    const size = (change: (place: number) => number) =>
      frameOf([Array.from({ length: 10_000 }, (_none, place) => change(place))]).bytes.length
    expect(size(() => 0)).toBeLessThan(20)
    expect(size((place) => (place % 100 === 5 ? place + 0.5 : 0))).toBeLessThan(430)
    expect(size((place) => place % 200)).toBeLessThan(10_020)
    expect(size((place) => place * 1000.5)).toBeLessThan(20_020)
  })

  it('holds more rows than two bytes can count', () => {
    const values = new Float32Array(70_000)
    values[69_999] = 3
    const frame = { time: 1, span: 0, count: 1, bytes: packColumns(values, 1, 70_000) }
    expect(frame.bytes.length).toBeLessThan(50)
    expect([valueAt(frame, 0, 69_999), valueAt(frame, 0, 69_998), valueAt(frame, 0, 4463)]).toEqual([3, 0, 0])
    const into = new Float32Array(70_000)
    unpackColumn(frame, 0, into)
    expect(into).toEqual(values)
  })

  it('is read within its bytes, or told apart, whatever is in them', () => {
    fc.assert(
      fc.property(columns, fc.nat(), fc.nat(255), fc.boolean(), (given, where, byte, cut) => {
        const whole = frameOf(given).bytes
        const bytes = cut ? whole.slice(0, where % whole.length) : whole.slice()
        if (!cut) bytes[where % bytes.length] = byte
        if (!isFrame(bytes, given.length)) return
        const into = new Float32Array(100)
        for (let index = 0; index < given.length; index++)
          unpackColumn({ time: 1, span: 0, count: 1, bytes }, index, into)
        expect([...into].every((value) => Number.isNaN(value) || value >= 0)).toBe(true)
      }),
    )
  })
})
