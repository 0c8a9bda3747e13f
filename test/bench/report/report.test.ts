import { describe, expect, it } from 'vitest'
import { baselineOf, baselineRows, changeOf, mergedBaseline } from './baseline.ts'
import { costFigures, costRatios } from './costs.ts'
import { picture } from './picture.ts'
import { selfTimes } from './profile.ts'
import { median, ratioSpread, ratiosOf, spreadOf } from './ratios.ts'
import type { Result } from './result.ts'
import { aligned, ratioText, short, tables } from './table.ts'
import { verdictRows, verdicts } from './targets.ts'

const spread = (value: number) => ({ median: value, least: value, most: value })
const result = (name: string, ratios: Record<string, number> = {}, figures: Record<string, number> = {}): Result => ({
  name,
  ratios: Object.fromEntries(Object.entries(ratios).map(([to, value]) => [to, spread(value)])),
  figures,
})

describe('ratios', () => {
  it('have a median of an odd and of an even number, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 })
  })

  it('are of pairs, not of medians', () => {
    expect(ratiosOf([2, 9, 8], [1, 3, 2])).toEqual([2, 3, 4])
    expect(ratioSpread([2, 9, 8], [1, 3, 2])).toEqual({ median: 3, least: 2, most: 4 })
  })

  it('leave out pairs that tell nothing', () => {
    expect(ratiosOf([1, 2, 0], [0, 1, 0])).toEqual([2])
    expect(ratioSpread([1], [0])).toBeUndefined()
    expect(ratioSpread([], [])).toBeUndefined()
  })

  it('of costs are named after what they are to', () => {
    const [costs, others] = [[{ wall: 4, cpu: 1 }], [{ wall: 2, cpu: 0 }]]
    expect(costRatios(costs, others, 'floor')).toEqual({ 'wall/floor': spread(2) })
    expect(costFigures(costs)).toEqual({ seconds: 4, 'CPU seconds': 1 })
    expect(costFigures(others, 'floor')).toEqual({ 'floor seconds': 2, 'floor CPU seconds': 0 })
  })
})

describe('tables', () => {
  it.each([
    [0.123456, '0.123'],
    [1234.5, '1,235'],
    [35, '35'],
    [0, '0'],
    [Number.NaN, 'NaN'],
  ])('shorten %d to %s', (value, text) => expect(short(value)).toBe(text))

  it('align the first column to the left and the others to the right', () => {
    expect(
      aligned([
        ['a', 'bbb'],
        ['aaaa', 'b'],
      ]),
    ).toEqual(['a     bbb', 'aaaa    b'])
  })

  it('have a column for whatever one of the results tells', () => {
    const text = tables([
      result('pull/a', { 'wall/floor': 2 }),
      result('pull/b', {}, { seconds: 0.5 }),
      result('idle/c', {}, { 'CPU %': 1 }),
    ])
    expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
      'pull  wall/floor  seconds',
      'a       2× (2–2)',
      'b                     0.5',
      '',
      'idle  CPU %',
      'c         1',
      '',
    ])
  })
})

describe('targets', () => {
  const good = [result('process/large-busy-2.6', { 'wall/floor': 1.9 }, { 'peak MB': 151 })]

  it('are met, missed, or not told', () => {
    const found = verdicts(good).filter(({ met }) => met !== undefined)
    expect(found.map(({ found: value, met }) => [value, met])).toEqual([
      [1.9, true],
      [151, false],
    ])
    expect(verdictRows(verdicts(good)).map((row) => row.at(-1))).toEqual(['met', 'MISSED'])
    expect(verdictRows(verdicts([]))).toEqual([])
  })
})

describe('the baseline', () => {
  it('keeps ratios, not times, and what a run has not measured', () => {
    const before = { 'idle/a': { x: 1 }, 'pull/b': { 'wall/floor': 9 } }
    const results = [result('pull/b', { 'wall/floor': 2.34567 }, { seconds: 3 }), result('pull/c')]
    expect(baselineOf(results)).toEqual({ 'pull/b': { 'wall/floor': 2.35 } })
    expect(mergedBaseline(before, results)).toEqual({ 'idle/a': { x: 1 }, 'pull/b': { 'wall/floor': 2.35 } })
  })

  it('tells a change only when the whole spread is beyond it', () => {
    expect(changeOf({ median: 3, least: 2.1, most: 4 }, 2)).toBe('more')
    expect(changeOf({ median: 3, least: 1.9, most: 4 }, 2)).toBe('')
    expect(changeOf({ median: 2.2, least: 2.1, most: 2.3 }, 2)).toBe('')
    expect(changeOf({ median: 1, least: 0.9, most: 1.5 }, 2)).toBe('less')
    expect(changeOf({ median: 1, least: 0.9, most: 2.5 }, 2)).toBe('')
  })

  it('says what is new', () => {
    expect(baselineRows([result('a/b', { x: 2 })], {})).toEqual([['a/b', 'x', '', ratioText(spread(2)), 'new']])
  })
})

describe('the picture', () => {
  const ratios = { 'wall/floor': 2, 'CPU/floor': 3, 'wall/plain': 0.1, 'CPU/plain': 0.1 }

  it('has a bar for each, as long as it is much', () => {
    const svg = picture([result('process/large-busy-2.6', ratios)]) as string
    const bars = [...svg.matchAll(/<rect x="190" y="\d+" width="(\d+)"/g)].map(([, width]) => Number(width))
    expect(bars).toEqual([13, 13, 25, 38, 251, 377, 440])
    expect(svg).toContain('recorded elsewhere')
    expect(svg.match(/<text/g)).toHaveLength(svg.match(/<\/text>/g)!.length)
  })

  it('is not drawn without its figures', () => {
    expect(picture([])).toBeUndefined()
    expect(picture([result('process/large-busy-2.6', { 'wall/floor': 2 })])).toBeUndefined()
  })
})

it('a profile tells the self time of functions, without idling', () => {
  const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 })
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('scan', 'file:///x/scan.js') },
      { id: 3, callFrame: frame('scan', 'file:///x/scan.js') },
      { id: 4, callFrame: frame('') },
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [9000, 1000, 2000, 1000],
  }
  expect(selfTimes(profile)).toEqual([
    { where: 'scan scan.js:10', milliseconds: 3, share: 0.75 },
    { where: '(anonymous)', milliseconds: 1, share: 0.25 },
  ])
})
