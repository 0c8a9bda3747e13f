import { describe, expect, it } from 'vitest'
import { printable, printableLines, printableTexts } from './text.ts'

describe('printable', () => {
  it.each([
    ['plain text, é, 名, 🙂, C:\\path', 'plain text, é, 名, 🙂, C:\\path'],
    ['\x1b]0;title\x07red', '\\u001b]0;title\\u0007red'],
    ['a\x9b31mb\x7f', 'a\\u009b31mb\\u007f'],
    ['one\r\ntwo\tthree', 'one\\u000d\\ntwo\\tthree'],
    ['admin\u202egnp.sock\u2066', 'admin\\u202egnp.sock\\u2066'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['half \ud83d of a pair', 'half \\ud83d of a pair'],
  ])('shows %j', (text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  it('leaves nothing for a terminal to act upon, whatever comes', () => {
    for (let code = 0; code < 0x11000; code++) {
      const shown = printable(String.fromCodePoint(code))
      expect(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(shown), code.toString(16)).toBe(false)
    }
  })
})

it('keeps the lines of several', () => {
  expect(printableLines('a\x1b\nb\n')).toBe('a\\u001b\nb\n')
})

it('goes into what is logged', () => {
  const logged = { level: 40, msg: 'a\x1b\nforged', err: { stack: 'Error\n  at \x1b' }, list: ['\x07', null, true] }
  expect(printableTexts(logged)).toEqual({
    level: 40,
    msg: 'a\\u001b\\nforged',
    err: { stack: 'Error\n  at \\u001b' },
    list: ['\\u0007', null, true],
  })
})
