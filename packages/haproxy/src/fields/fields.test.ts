import { describe, expect, it } from 'vitest'
import { allRecorded, releases } from '../../../../test/support/recorded.ts'
import { parseInfo } from '../info/parse.ts'
import { scanHeader, scanRows } from '../stat/scan.ts'
import type { Field, Merge, StatField } from './field.ts'
import { infoFieldByName, infoFields, moduleFields, statFieldByName, statFields } from './index.ts'

const stat: readonly StatField[] = [...statFields, ...moduleFields]
const info: readonly Field[] = infoFields
const tables = [
  ['show stat', stat],
  ['show info', info],
] as const

/** Merges that compute, so that their fields have to be numbers. */
const arithmetic: ReadonlySet<Merge> = new Set<Merge>([
  ...(['sum', 'peak', 'limit', 'limit-unless-zero', 'limit-unless-empty'] as const),
  ...(['mean', 'weighted-mean', 'max', 'min', 'min-age'] as const),
])

describe.each(tables)('the table of %s', (_, fields) => {
  const names = fields.map(({ name }) => name)

  it('has each name once', () => expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]))

  it('computes with numbers only', () => {
    expect(fields.filter(({ merge, type }) => arithmetic.has(merge) && type === 'str')).toEqual([])
    expect(fields.filter(({ merge, type }) => merge === 'distinct' && type === 'flt')).toEqual([])
  })

  it('weighs by fields of the same table that add up, and only where it weighs', () => {
    const weighs = fields.filter(({ merge }) => merge === 'weighted-mean')
    expect(fields.filter(({ weight }) => weight !== undefined)).toEqual(weighs)
    for (const { name, weight } of weighs) {
      const weighing = fields.find((field) => field.name === weight)
      expect(weighing, `weight of ${name}`).toBeDefined()
      expect(weighing?.type, `weight of ${name}`).not.toBe('str')
    }
  })

  it('has a reason wherever the merge is not what the nature suggests', () => {
    const silent = fields.filter(({ reason }) => reason === undefined)
    expect(silent.filter(({ misdeclared }) => misdeclared)).toEqual([])
    expect(silent.filter(({ merge }) => merge === 'peak')).toEqual([])
    expect(silent.filter(({ merge, nature }) => merge !== 'sum' && nature === 'counter')).toEqual([])
  })

  it('sums no peak, which processes had at different times when one is stopping', () => {
    const peaks = fields.filter(({ name, nature }) => nature === 'max' || /_max$|^Max.*Rate$/.test(name))
    expect(peaks.filter(({ merge }) => merge === 'sum')).toEqual([])
  })

  it('sums no percentage and no average', () => {
    expect(fields.filter(({ unit, merge }) => unit === 'percent' && merge === 'sum')).toEqual([])
    expect(fields.filter(({ nature, merge }) => nature === 'average' && merge === 'sum')).toEqual([])
  })

  it('has releases for since and until, in this order', () => {
    for (const { name, since, until } of fields) {
      expect(since, name).toMatch(/^\d\.\d+$/)
      if (until !== undefined) expect(lineOf(until), name).toBeGreaterThanOrEqual(lineOf(since))
    }
  })
})

describe('the table of show stat', () => {
  it('has objects of four kinds, each once', () => {
    expect(stat.filter(({ objects }) => !/^F?B?S?L?$/.test(objects) || objects === '')).toEqual([])
  })
})

/** 2.6 as 206, to compare. */
function lineOf(release: string): number {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) as unknown as [string, string, string]
  return Number(major) * 100 + Number(minor)
}

interface Printed {
  readonly name: string
  readonly kind: string
  readonly text: string
}

/** Every cell with something in it. */
function printedCells(answer: Uint8Array): Printed[] {
  const { header, rows } = scanHeader(answer)
  const printed: Printed[] = []
  const type = header.position.get('type')!
  scanRows(answer, header, rows, (bytes, offsets) => {
    const text = (cell: number) => Buffer.from(bytes.subarray(offsets[cell], offsets[cell + 1]! - 1)).toString('latin1')
    for (const [name, cell] of header.position) {
      if (text(cell) !== '') printed.push({ name, kind: 'FBSL'.charAt(Number(text(type))), text: text(cell) })
    }
  })
  return printed
}

/** Columns that releases print for objects that do not have them; the values mean nothing. */
const bogus: Readonly<Record<string, RegExp>> = {
  '3.0.0': /^(lbtot|cli_abrt|srv_abrt) of [FL]$/,
}

describe.each(allRecorded)('the answers of $name', ({ name: recorded, stat: statAnswer, info: infoAnswer }) => {
  const columns = [...scanHeader(statAnswer).header.position.keys()]
  const lines = parseInfo(infoAnswer)

  it('have no column and no line that the tables do not know', () => {
    expect(columns.filter((name) => !statFieldByName.has(name))).toEqual([])
    expect([...lines.keys()].filter((name) => !infoFieldByName.has(name))).toEqual([])
  })

  it('fill columns only for the objects that the table gives them', () => {
    const unknown = printedCells(statAnswer)
      .filter(({ name, kind }) => !statFieldByName.get(name)!.objects.includes(kind))
      .map(({ name, kind }) => `${name} of ${kind}`)
    expect(unknown.filter((cell) => !bogus[recorded]?.test(cell))).toEqual([])
  })

  it('have numbers where the table has numbers', () => {
    const number = /^-?\d+(\.\d+)?$/
    const texts = printedCells(statAnswer).filter(
      ({ name, text }) => statFieldByName.get(name)!.type !== 'str' && !number.test(text),
    )
    expect(texts).toEqual([])
    const infoTexts = [...lines].filter(
      ([name, text]) => infoFieldByName.get(name)!.type !== 'str' && !number.test(text),
    )
    expect(infoTexts).toEqual([])
  })
})

/** Fields that a stable release got later than the release of the same line that began with them. */
const backported: Readonly<Record<string, RegExp>> = {
  '2.6.12': /^(agg_server_status|agg_check_status)$/,
}

describe.each(releases)('what is printed by $name', ({ name: recorded, line, stat: statAnswer, info: infoAnswer }) => {
  const printed = [...scanHeader(statAnswer).header.position.keys(), ...parseInfo(infoAnswer).keys()]
  const fieldOf = (name: string): Field => (statFieldByName.get(name) ?? infoFieldByName.get(name)) as Field

  it('has begun in that release or before, and has not ended before', () => {
    const early = printed.filter((name) => lineOf(fieldOf(name).since) > lineOf(line))
    expect(early.filter((name) => !backported[recorded.replace(/-.*/, '')]?.test(name))).toEqual([])
    expect(printed.filter((name) => lineOf(fieldOf(name).until ?? '9.9') < lineOf(line))).toEqual([])
  })

  it('is all that the tables promise, but for parts that are not in every build', () => {
    const promised = [...statFields, ...infoFields].filter(
      ({ since, until = '9.9' }: Field) => lineOf(since) <= lineOf(line) && lineOf(until) >= lineOf(line),
    )
    const missing = promised.map(({ name }) => name).filter((name) => !printed.includes(name))
    expect(missing.filter((name) => !/Ssl|Zlib/.test(name))).toEqual([])
  })
})
