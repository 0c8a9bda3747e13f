import { describe, expect, it } from 'vitest'
import { columns, fitColumns, tableFields } from './columns.ts'

describe('columns', () => {
  it('never need more room than there is', () => {
    for (let width = 320; width <= 2_600; width += 7) {
      const [name, ...others] = fitColumns(width, 150)
      expect(name?.id).toBe('name')
      expect(others.reduce((sum, column) => sum + column.width, 150)).toBeLessThanOrEqual(Math.max(width, 150))
    }
  })

  it('are more the more room there is, and all when there is enough', () => {
    const counts = [320, 600, 1000, 1440, 2600].map((width) => fitColumns(width, 230).length)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(counts.at(-1)).toBe(columns.length)
    expect(fitColumns(374, 150, ['state', 'since']).map(({ id }) => id)).toEqual(['name', 'sessions', 'rate', 'errors'])
  })

  it('have distinct names', () => {
    expect(new Set(columns.map(({ id }) => id)).size).toBe(columns.length)
    expect(new Set(tableFields).size).toBe(tableFields.length)
  })
})
