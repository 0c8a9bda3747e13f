import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedFile } from '../../../../test/support/recorded.ts'
import { segmentOf, shortHash } from './segment.ts'

const segment = /^[A-Za-z0-9_:-]{1,200}$/

/** Names that some release of HAProxy takes for a proxy, a server or a listener, a byte a character. */
const accepted = new Set(
  [
    ...recordedFile('answers/transcripts/names.txt')
      .toString('latin1')
      .matchAll(/^ {2}\w+(?: name)? (.+?) +rc=0/gm),
  ].map(([, name]) => name!),
)

describe('segmentOf', () => {
  it.each([
    ['www.example.com', 'www_example_com'],
    ['ok-._:Az9', 'ok-__:Az9'],
    ['..', '__'],
    ['-x', '-x'],
    ['', '_'],
    ['a b\n;c\t', 'a_b__c_'],
    ['\xc3\xa9', '__'],
    ['FRONTEND', 'FRONTEND'],
    ['__proto__', '__proto__'],
  ])('makes of %j', (name, made) => expect(segmentOf(name)).toBe(made))

  it('makes a segment of every name that HAProxy takes', () => {
    expect(accepted.size).toBeGreaterThan(10)
    for (const name of accepted) expect(segmentOf(name)).toMatch(segment)
  })

  it('makes a segment of any name, and of a segment itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300, size: 'max' }), (name) => {
        const made = segmentOf(name)
        expect(made).toMatch(segment)
        expect(segmentOf(made)).toBe(made)
      }),
      { numRuns: 50 },
    )
  })

  it('keeps long names apart that begin and end alike', () => {
    const names = ['a', 'b', '.', '_'].map((middle) => `${'x'.repeat(300)}${middle}${'y'.repeat(300)}`)
    const segments = names.map(segmentOf)
    expect(new Set(segments).size).toBe(names.length)
    for (const [index, made] of segments.entries()) {
      expect(made).toMatch(segment)
      expect(made).toHaveLength(200)
      expect(made.endsWith(shortHash(names[index]!))).toBe(true)
    }
  })

  it('leaves 200 characters as they are', () => expect(segmentOf('x'.repeat(200))).toBe('x'.repeat(200)))
})

describe('shortHash', () => {
  it('is eight characters of a path, the same for the same name', () => {
    expect(shortHash('a.b')).toMatch(/^[0-9a-f]{8}$/)
    expect(shortHash('a.b')).toBe(shortHash('a.b'))
    expect(shortHash('a.b')).not.toBe(shortHash('a_b'))
  })
})
