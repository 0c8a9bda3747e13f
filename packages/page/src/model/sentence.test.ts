import { describe, expect, it } from 'vitest'
import type { Overview, Problem } from '../api/responses.ts'
import { changesOf, inOrder, sentenceOf } from './sentence.ts'

const now = 1_700_000_000
const counts = { frontend: 2, backend: 1, server: 12, listener: 0 }

function overviewWith(problems: readonly Problem[], snapshot: number | null = now): Overview {
  const of = (severity: string) => problems.filter((problem) => problem.severity === severity).length
  return {
    ...{ snapshot, now, interval: 10, stale: false, complete: true, missing: [], sources: [], totals: {}, problems },
    problemCounts: { critical: of('critical'), warning: of('warning'), info: of('info') },
  }
}

const problem = (severity: Problem['severity'], title: string, since: number | null = null): Problem => ({
  ...{ severity, key: `s:app/${title}`, title, detail: '', since },
})

describe('the sentence', () => {
  it('says what there is when all is well', () => {
    const { mood, text } = sentenceOf(overviewWith([problem('info', 'x')]), counts)
    expect({ mood, text }).toEqual({
      mood: 'well',
      text: 'All is well: 0 processes, 2 frontends, 1 backend and 12 servers.',
    })
  })

  it('says the problem itself when there is one', () => {
    const { mood, text } = sentenceOf(overviewWith([problem('warning', 'app1 is down', now - 300)]), counts)
    expect(mood).toBe('warning')
    expect(text).toMatch(/^App1 is down, since \d\d:\d\d \(5m\)\.$/)
  })

  it('counts them when there are several, with the oldest', () => {
    const problems = [problem('critical', 'a', now - 60), problem('critical', 'b'), problem('warning', 'c', now - 7200)]
    const { mood, text } = sentenceOf(overviewWith(problems), counts)
    expect(mood).toBe('critical')
    expect(text).toMatch(/^2 critical problems and 1 warning, the oldest since \d\d:\d\d \(2h\)\.$/)
  })

  it('does not call well what is not known', () => {
    expect(sentenceOf(undefined, counts).mood).toBe('unknown')
    expect(sentenceOf(overviewWith([], null), counts).mood).toBe('unknown')
  })
})

it('the worst problems are first, of equals the newest', () => {
  const problems = [
    problem('info', 'a', 9),
    problem('warning', 'b', 1),
    problem('warning', 'c', 5),
    problem('critical', 'd', 1),
  ]
  expect(inOrder(problems).map(({ title }) => title)).toEqual(['d', 'c', 'b', 'a'])
})

it('changes of problems are announced', () => {
  const [a, b] = [problem('critical', 'a'), problem('warning', 'b')]
  expect(changesOf([a], [a, b])).toBe('New: b.')
  expect(changesOf([a, b], [])).toBe('Resolved: a, b.')
  expect(changesOf([a, b], [b, a])).toBe('')
  const many = Array.from({ length: 9 }, (_, index) => problem('warning', `p${index}`))
  expect(changesOf([], many)).toBe('New: p0, p1, p2, and 6 more.')
})
