import { describe, expect, it } from 'vitest'
import { severityOf } from './statuses.ts'

describe('severityOf', () => {
  it.each([
    [
      'no check',
      'UP',
      'UP 1/3',
      'UNHEARD OF',
      'DRAIN (agent)',
      'NOLB',
      'NOLB 2/3',
      'MAINT (via app/app1)',
      'DOWN 1/2',
      'DOWN',
    ],
    ['OPEN', 'WAITING', 'FULL', 'PAUSED', 'STOP'],
    ['UP', 'UP 2/3', 'MAINT', 'DOWN (agent)'],
  ])('goes from the harmless to the worst: %s, %s, %s, %s …', (...statuses) => {
    const severities = statuses.map(severityOf)
    expect(severities).toEqual([...severities].sort((one, other) => one - other))
    expect(new Set(severities).size).toBe(severities.length)
  })

  it('takes no notice of other details', () => {
    expect(severityOf('MAINT (resolution)')).toBe(severityOf('MAINT'))
    expect(severityOf('no check (via x)')).toBe(severityOf('no check'))
  })
})
