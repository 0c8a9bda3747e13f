import { describe, expect, it } from 'vitest'
import { ServerStates, serverState } from './server-states.ts'

describe('the status that HAProxy prints', () => {
  it.each([
    ['UP 1/3', 'up'],
    ['DOWN (agent)', 'down'],
    ['NOLB 2/3', 'nolb'],
    ['MAINT (resolution)', 'maint'],
    ['DRAIN (agent)', 'drain'],
    ['no check', 'no_check'],
    ['OPEN', 'other'],
    ['', 'other'],
  ])('%s is %s', (status, state) => expect(serverState(status)).toBe(state))
})

describe('a server that several processes see', () => {
  const stateOf = (...seen: [status: string, stopping?: boolean][]) => {
    const states = new ServerStates()
    for (const [status, stopping = false] of seen) states.merge(0, status, false, stopping)
    return states.stateOf(0)
  }

  it('is in the worst of its states, in any order', () => {
    expect(stateOf(['UP'], ['DOWN'], ['UP'])).toBe('down')
    expect(stateOf(['DOWN'], ['MAINT'])).toBe('down')
    expect(stateOf(['MAINT'], ['DRAIN'], ['NOLB'])).toBe('maint')
    expect(stateOf(['no check'], ['UP'])).toBe('up')
  })

  it('is seen by those that still check it', () => {
    expect(stateOf(['DOWN', true], ['UP'])).toBe('up')
    expect(stateOf(['UP'], ['DOWN', true])).toBe('up')
    expect(stateOf(['UP', true], ['DOWN', true])).toBe('down')
  })

  it('is unused when it is in maintenance and nobody had a session with it', () => {
    const states = new ServerStates()
    states.merge(0, 'MAINT (resolution)', false, false)
    states.merge(1, 'MAINT', false, false)
    states.merge(1, 'MAINT', true, false)
    states.merge(2, 'DOWN', false, false)
    expect([0, 1, 2].map((row) => states.isUnused(row))).toEqual([true, false, false])
  })
})
