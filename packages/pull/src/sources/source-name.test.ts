import { type Address, parseAddress } from '@haproxystats/core'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { addressText, distinctNames, sourceName } from './source-name.ts'

const unix = (path: string): Address => ({ kind: 'unix', path })
const tcp = (host: string, port: number): Address => ({ kind: 'tcp', host, port })

describe('a source is called', () => {
  it.each([
    [unix('/run/haproxy/lb1.sock'), 'lb1.sock', 'unix:///run/haproxy/lb1.sock'],
    [unix('/run/_carried'), '_carried-30455d76', 'unix:///run/_carried'],
    [unix('/run/haproxy/.hidden'), '_hidden', 'unix:///run/haproxy/.hidden'],
    [unix('/run/a\nb\x1b.sock'), 'a_b_.sock', 'unix:///run/a\nb\x1b.sock'],
    [unix('/run/käse 1.sock'), 'käse 1.sock', 'unix:///run/käse 1.sock'],
    [tcp('127.0.0.1', 1936), '127.0.0.1_1936', 'tcp://127.0.0.1:1936'],
    [tcp('::1', 1936), '::1_1936', 'tcp://[::1]:1936'],
    [tcp('lb1.example.net', 1936), 'lb1.example.net_1936', 'tcp://lb1.example.net:1936'],
    [parseAddress('tcp+tls://lb1:1'), 'lb1_1', 'tcp+tls://lb1:1'],
    [parseAddress('http://u:p@lb1:8404/haproxy?stats'), 'lb1_8404', 'http://lb1:8404/haproxy?stats'],
    [parseAddress('https://u:p@[::1]/'), '::1_443', 'https://[::1]/'],
    [parseAddress('http+unix:///run/s.sock:/x'), 's.sock', 'http+unix:///run/s.sock:/x'],
    [parseAddress('master:///run/m.sock'), 'm.sock', 'master:///run/m.sock'],
  ])('%o', (address, name, text) => {
    expect(sourceName(address)).toBe(name)
    expect(addressText(address)).toBe(text)
  })
})

describe('sources of one name', () => {
  const first = unix('/run/a/admin.sock')
  const second = unix('/run/b/admin.sock')

  it('are told apart, whatever their order', () => {
    const [name, other] = distinctNames([first, second])
    expect(name).toBe('admin.sock')
    expect(other).toMatch(/^admin\.sock-[0-9a-f]{8}$/)
    expect(distinctNames([second, first])).toEqual([other, name])
  })

  it('keep their names when further sources come', () => {
    const [, other] = distinctNames([first, second])
    expect(distinctNames([unix('/run/c/admin.sock'), second, first])[1]).toBe(other)
  })
})

test('every name can be a file name, and no two are alike', () => {
  const path = fc.string({ unit: 'binary', minLength: 1, maxLength: 107 }).map((text) => unix(`/run/${text}`))
  const anyHost = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.string({ minLength: 250, maxLength: 253 }))
  const address = fc.oneof(
    path,
    fc.tuple(anyHost, fc.nat(65_535)).map(([host, port]) => tcp(host, port)),
  )
  const addresses = fc.uniqueArray(address, { selector: addressText, maxLength: 8 })
  fc.assert(
    fc.property(addresses, (all) => {
      const names = distinctNames(all)
      expect(new Set(names).size).toBe(all.length)
      for (const name of names) {
        expect(name).toMatch(/^[^./\p{Cc}][^/\p{Cc}]*$/u)
        expect(Buffer.byteLength(`${name}_stat`)).toBeLessThanOrEqual(255)
      }
    }),
    { numRuns: 200 },
  )
})
