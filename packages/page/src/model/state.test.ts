import { expect, it } from 'vitest'
import { glyphs, stateOf, stateWords, type Tone } from './state.ts'

it.each<[string | undefined, Tone]>([
  ['UP', 'up'],
  ['OPEN', 'up'],
  ['UP 1/3', 'sinking'],
  ['DOWN', 'down'],
  ['DOWN 1/2', 'rising'],
  ['DOWN (agent)', 'down'],
  ['NOLB', 'paused'],
  ['NOLB 1/2', 'paused'],
  ['DRAIN', 'paused'],
  ['MAINT', 'paused'],
  ['MAINT (via app/app1)', 'paused'],
  ['MAINT (resolution)', 'paused'],
  ['FULL', 'full'],
  ['STOP', 'down'],
  ['no check', 'unchecked'],
  ['something new', 'unchecked'],
  [undefined, 'unchecked'],
])('%s', (status, tone) => {
  expect(stateOf(status).tone).toBe(tone)
})

it('states differ in shape too', () => {
  expect(new Set(Object.values(glyphs)).size).toBe(Object.keys(glyphs).length)
  expect(stateWords).toContain('nocheck')
})
