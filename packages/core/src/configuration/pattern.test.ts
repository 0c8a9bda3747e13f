import { describe, expect, it } from 'vitest'
import { translatePattern } from './pattern.ts'

/** Checked against Python 3.11's `re.search`. */
const accepted: readonly { python: string; matches: string[]; not: string[] }[] = [
  { python: 'shop', matches: ['shop', 'my-shop-1'], not: ['sho', 'SHOP'] },
  { python: '^frontend_proc', matches: ['frontend_proc1'], not: ['a_frontend_proc'] },
  { python: 'public|www', matches: ['public', 'www.example.com'], not: ['private'] },
  { python: '(?P<site>shop|cart)-(?P=site)', matches: ['shop-shop', 'cart-cart'], not: ['shop-cart'] },
  { python: '(?i)^shop$', matches: ['SHOP', 'Shop'], not: ['shops'] },
  { python: '(?ai)s', matches: ['S'], not: ['x'] },
  { python: '\\Ashop\\Z', matches: ['shop'], not: ['shops', 'AshopZ'] },
  { python: 'a{,2}b$', matches: ['b', 'aab', 'caab'], not: ['a{,2}'] },
  { python: '^a{2,}$', matches: ['aa', 'aaa'], not: ['a'] },
  { python: '^[]a]+$', matches: [']', 'a]a'], not: ['b'] },
  { python: '^[^]a]+$', matches: ['b'], not: [']', 'a'] },
  { python: '^[(?P<n>]$', matches: ['(', '?', 'P', '<'], not: ['(?P<n>'] },
  { python: 'shop(?#the shop)s?$', matches: ['shop', 'shops'], not: ['shopping'] },
  { python: '^a\\-b\\_c$', matches: ['a-b_c'], not: ['a\\-b'] },
  { python: '^\\x41\\u0042$', matches: ['AB'], not: ['x41u0042'] },
  { python: '^{a}$', matches: ['{a}'], not: ['a'] },
  { python: '(a)\\1', matches: ['aa'], not: ['a1'] },
]

const refused: readonly { python: string; message: string }[] = [
  { python: '(foo', message: 'not a regular expression: unterminated group' },
  { python: 'foo)', message: "not a regular expression: unmatched ')'" },
  { python: '[a', message: 'not a regular expression: unterminated character class' },
  { python: '*a', message: 'not a regular expression: nothing to repeat' },
  { python: 'a\\', message: 'not a regular expression: bad escape \\' },
  { python: '\\q', message: 'not a regular expression: bad escape \\q' },
  { python: '[\\A]', message: 'not a regular expression: bad escape \\A' },
  { python: '\\x4', message: 'not a regular expression: bad escape \\x' },
  { python: '\\1', message: 'not a regular expression: there is no group 1' },
  { python: '(?P=site)', message: 'not a regular expression: there is no group site' },
  { python: 'a(?i)b', message: 'not a regular expression: invalid group' },
  { python: '(?x) a b', message: 'the flag x, for expressions with comments, is not supported' },
]

describe('translatePattern', () => {
  it.each(accepted)('understands $python as Python does', ({ python, matches, not }) => {
    const translated = translatePattern(python)
    if ('message' in translated) throw new Error(translated.message)
    expect(matches.filter((name) => !translated.pattern.test(name))).toEqual([])
    expect(not.filter((name) => translated.pattern.test(name))).toEqual([])
  })

  it.each(refused)('refuses $python', ({ python, message }) => {
    expect(translatePattern(python)).toEqual({ message })
  })

  it('keeps no state from one name to the next', () => {
    const translated = translatePattern('a')
    if ('message' in translated) throw new Error(translated.message)
    expect([1, 2, 3].map(() => translated.pattern.test('a'))).toEqual([true, true, true])
  })
})
