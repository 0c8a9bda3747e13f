import { describe, expect, it } from 'vitest'
import { isCalled, shownNames } from './source-names.ts'

describe('shownNames', () => {
  it('leaves out what all sockets end in', () => {
    expect(shownNames(['lb1.sock', 'lb2.sock', '10.0.0.1:9000', '.sock'])).toEqual([
      'lb1',
      'lb2',
      '10.0.0.1:9000',
      '.sock',
    ])
  })

  it('keeps those apart that would be called the same', () => {
    expect(shownNames(['lb1', 'lb1.sock', 'lb2.sock'])).toEqual(['lb1', 'lb1.sock', 'lb2'])
  })
})

describe('isCalled', () => {
  it('takes both names for it', () => {
    expect(['lb1', 'lb1.sock', 'lb'].map((word) => isCalled('lb1', word))).toEqual([true, true, false])
  })
})
