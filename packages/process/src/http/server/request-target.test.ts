import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTarget } from './request-target.ts'

describe('parseTarget', () => {
  it.each([
    ['/', [], '', ''],
    ['/stats;csv', ['stats'], 'csv', ''],
    ['/;csv', [], 'csv', ''],
    ['/stats/;csv', ['stats'], 'csv', ''],
    ['/haproxy?stats;csv', ['haproxy'], 'csv', 'stats='],
    ['/haproxy?stats;csv;norefresh', ['haproxy'], 'csv;norefresh', 'stats='],
    ['/stats;csv?scope=www', ['stats'], 'csv', 'scope=www'],
    ['/metrics?scope=server&scope=backend', ['metrics'], '', 'scope=server&scope=backend'],
    ['/f/www%2F1/a%3Bb/scur', ['f', 'www/1', 'a;b', 'scur'], '', ''],
    ['/b//app/', ['b', 'app'], '', ''],
    ['http://lb1:8405/health', ['health'], '', ''],
    ['/../../etc/passwd', ['..', '..', 'etc', 'passwd'], '', ''],
    ['/%2e%2e/%00', ['..', '\0'], '', ''],
  ])('reads %s', (url, segments, format, query) => {
    const target = parseTarget(url)
    if (typeof target === 'string') throw new Error(target)
    expect(target.segments).toEqual(segments)
    expect(target.format).toBe(format)
    expect(target.query.toString()).toBe(query)
  })

  it.each([
    ['*', 'slash'],
    ['', 'slash'],
    ['/%', 'percent'],
    ['/%ff', 'UTF-8'],
    [`/${'x'.repeat(9000)}`, 'longer than 8192'],
  ])('refuses %s', (url, reason) => expect(parseTarget(url)).toContain(reason))

  it('reads or refuses anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (url) => {
        const target = parseTarget(`/${url}`)
        expect(typeof target === 'string' || Array.isArray(target.segments)).toBe(true)
      }),
    )
  })
})
