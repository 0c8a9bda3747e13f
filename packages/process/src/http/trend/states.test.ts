import { describe, expect, it } from 'vitest'
import { serverStates } from '../../aggregate/server-states.ts'
import { stateLevelOf, stateLevels, stateOf } from './states.ts'

describe('the state of a row', () => {
  it.each([
    ['UP', 'UP'],
    ['OPEN', 'UP'],
    ['UP 1/3', 'UP going down'],
    ['DOWN', 'DOWN'],
    ['DOWN 1/2', 'DOWN'],
    ['DOWN (agent)', 'DOWN'],
    ['NOLB 2/3', 'NOLB'],
    ['MAINT (via web/s1)', 'MAINT'],
    ['MAINT (resolution)', 'MAINT'],
    ['DRAIN (agent)', 'DRAIN'],
    ['no check', 'no check'],
    ['STOP', 'STOP'],
    ['constructor', 'other'],
    ['', 'other'],
  ])('%s is %s', (status, state) => {
    expect(stateOf(status)).toBe(state)
    expect(stateLevels[stateLevelOf(status)]).toBe(state)
  })

  it('is unknown without a status', () => expect(stateLevelOf(undefined)).toBeNaN())

  it('is no better or worse than the metrics of servers have it', () => {
    const known = serverStates.filter((state) => state !== 'other')
    const levels = known.map((state) => stateLevelOf(state === 'no_check' ? 'no check' : state.toUpperCase()))
    expect(levels).toEqual([...levels].sort((one, other) => one - other))
  })
})
