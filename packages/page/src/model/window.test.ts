import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { piecesOf, visibleSpan } from './window.ts'

const height = 25

describe('the window', () => {
  it('covers all lines that can be seen, and not many more', () => {
    const cases = fc.record({
      count: fc.integer({ min: 0, max: 20_000 }),
      above: fc.integer({ min: -2_000, max: 600_000 }),
      screen: fc.integer({ min: 200, max: 3_000 }),
    })
    fc.assert(
      fc.property(cases, ({ count, above, screen }) => {
        const { first, end } = visibleSpan(above, screen, height, count)
        const seen = { first: Math.max(0, Math.floor(above / height)), end: Math.ceil((above + screen) / height) }
        expect(first).toBeGreaterThanOrEqual(0)
        expect(end).toBeLessThanOrEqual(count)
        if (seen.first < count && seen.end > 0) {
          expect(first).toBeLessThanOrEqual(seen.first)
          expect(end).toBeGreaterThanOrEqual(Math.min(count, seen.end))
        }
        expect(end - first).toBeLessThanOrEqual(Math.ceil(screen / height) + 40)
      }),
    )
  })

  it('moves by several lines at once', () => {
    const spans = new Set(
      Array.from({ length: 100 }, (_, above) => visibleSpan(above + 10_000, 800, height, 5_000).first),
    )
    expect(spans.size).toBeLessThanOrEqual(2)
  })
})

describe('pieces', () => {
  it('are as many lines as there are, with their gaps, and the one with the focus', () => {
    const cases = fc.record({
      count: fc.integer({ min: 1, max: 500 }),
      first: fc.nat(500),
      more: fc.nat(60),
      focused: fc.nat(500),
    })
    fc.assert(
      fc.property(cases, ({ count, first, more, focused }) => {
        const from = Math.min(first, count)
        const span = { first: from, end: Math.min(count, from + more) }
        const focus = focused < count ? focused : -1
        const pieces = piecesOf(span, count, focus)
        const total = pieces.reduce((sum, piece) => sum + ('gap' in piece ? piece.gap : 1), 0)
        const lines = pieces.flatMap((piece) => ('gap' in piece ? [] : [piece.line]))
        expect(total).toBe(count)
        expect(lines).toEqual(lines.toSorted((a, b) => a - b))
        for (let line = span.first; line < span.end; line++) expect(lines).toContain(line)
        if (focus >= 0) expect(lines).toContain(focus)
      }),
    )
  })
})
