import { describe, expect, it } from 'vitest'
import { StatsError } from '../errors.ts'
import { type Address, type Endpoint, type PageAddress, parseAddress, parseListenAddress } from './address.ts'

function page(at: Endpoint, target: string): PageAddress {
  return { kind: 'http', at, target }
}

const accepted: readonly [string, Address][] = [
  ['unix:///run/haproxy/admin.sock', { kind: 'unix', path: '/run/haproxy/admin.sock' }],
  ['unix:///a b/#1', { kind: 'unix', path: '/a b/#1' }],
  ['UNIX:///a', { kind: 'unix', path: '/a' }],
  [`unix:///${'a'.repeat(106)}`, { kind: 'unix', path: `/${'a'.repeat(106)}` }],
  ['tcp://127.0.0.1:1936', { kind: 'tcp', host: '127.0.0.1', port: 1936 }],
  ['tcp://lb-1.example.com:1', { kind: 'tcp', host: 'lb-1.example.com', port: 1 }],
  ['tcp://lb_1:65535', { kind: 'tcp', host: 'lb_1', port: 65535 }],
  ['tcp://[::1]:1936', { kind: 'tcp', host: '::1', port: 1936 }],
  ['tcp://[fe80::1%eth0]:1936', { kind: 'tcp', host: 'fe80::1%eth0', port: 1936 }],
  ['tcp+tls://lb1:1936', { kind: 'tcp', host: 'lb1', port: 1936, tls: true }],
  ['http://h:1936/haproxy?stats', page({ kind: 'tcp', host: 'h', port: 1936 }, '/haproxy?stats')],
  ['http://h/haproxy?stats;csv', page({ kind: 'tcp', host: 'h', port: 80 }, '/haproxy?stats')],
  ['http://h/s;csv;up;norefresh', page({ kind: 'tcp', host: 'h', port: 80 }, '/s;up;norefresh')],
  ['https://[::1]:8404', page({ kind: 'tcp', host: '::1', port: 8404, tls: true }, '/')],
  ['https://h/s;scope=a#x', page({ kind: 'tcp', host: 'h', port: 443, tls: true }, '/s;scope=a')],
  ['http://u:p%40%2C,%@h/', { ...page({ kind: 'tcp', host: 'h', port: 80 }, '/'), user: 'u', password: 'p%40%2C,%' }],
  ['http://u:p%40%2C@h/', { ...page({ kind: 'tcp', host: 'h', port: 80 }, '/'), user: 'u', password: 'p@,' }],
  ['http+unix:///run/s.sock:/x?stats;json', page({ kind: 'unix', path: '/run/s.sock' }, '/x?stats')],
  ['master:///run/m.sock', { kind: 'master', at: { kind: 'unix', path: '/run/m.sock' } }],
  ['master://[::1]:99', { kind: 'master', at: { kind: 'tcp', host: '::1', port: 99 } }],
]

const hostColonPort = 'a host, a colon and a port, as tcp://127.0.0.1:1936'
const address =
  'an address as unix:///run/haproxy/admin.sock or tcp://127.0.0.1:1936 or http://127.0.0.1:8404/haproxy?stats'
const page8404 = 'the address of a statistics page, as http://127.0.0.1:8404/haproxy?stats'
const schemes = 'one of the supported schemes, unix://, tcp://, tcp+tls://, http://, https://, http+unix://, master://'
const refused: readonly [string, string][] = [
  ['', address],
  ['/run/haproxy/admin.sock', address],
  ['127.0.0.1:1936', address],
  ['unix:/run/a.sock', address],
  ['ftp://127.0.0.1/stats', schemes],
  ['http://', page8404],
  ['http://a..b/', page8404],
  ['http://a b/', page8404],
  ['http://a:0/', 'a port from 1 to 65535'],
  ['http+unix:///run/s.sock', 'a socket, a colon and a path, as http+unix:///run/haproxy/page.sock:/haproxy?stats'],
  ['http+unix:///run/s.sock:/a b', 'a path of printable ASCII characters'],
  ['master://run', 'a host, a colon and a port, as tcp://127.0.0.1:1936'],
  ['constructor://a:1', schemes],
  ['unix://run/a.sock', 'an absolute path after unix://, as unix:///run/haproxy/admin.sock'],
  ['unix:///run/', 'the path of a socket, not of a directory'],
  [`unix:///${'é'.repeat(54)}`, 'a path of at most 107 bytes, the longest a socket can have (this one has 109)'],
  ['tcp://', hostColonPort],
  ['tcp://host', hostColonPort],
  ['tcp://host:', hostColonPort],
  ['tcp://host:x', hostColonPort],
  ['tcp://host:1936/', hostColonPort],
  ['tcp://host:0', 'a port from 1 to 65535'],
  ['tcp://host:65536', 'a port from 1 to 65535'],
  ['tcp://:1936', 'the name or the IP address of a host before the port'],
  ['tcp://300.1.1.1:1', 'the name or the IP address of a host before the port'],
  ['tcp://a..b:1', 'the name or the IP address of a host before the port'],
  ['tcp://user@host:1', 'the name or the IP address of a host before the port'],
  ['tcp://::1:1936', 'brackets around an IPv6 address, as tcp://[::1]:1936'],
  ['tcp://[127.0.0.1]:1936', 'an IPv6 address in the brackets'],
  ['tcp://[]:1936', 'an IPv6 address in the brackets'],
]

describe('parseAddress', () => {
  it.each(accepted)('reads %s', (text, expected) => {
    expect(parseAddress(text)).toEqual(expected)
  })

  it.each(refused)('refuses %s', (text, expected) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', message: expected }))
    expect(() => parseAddress(text)).toThrow(StatsError)
  })
})

describe('parseListenAddress', () => {
  it.each([
    ['127.0.0.1:8405', { kind: 'tcp', host: '127.0.0.1', port: 8405 }],
    ['[::1]:8405', { kind: 'tcp', host: '::1', port: 8405 }],
    ['lb1:8405', { kind: 'tcp', host: 'lb1', port: 8405 }],
    ['*:8405', { kind: 'tcp', host: undefined, port: 8405 }],
    ['unix:///run/http.sock', { kind: 'unix', path: '/run/http.sock' }],
  ])('reads %s', (text, expected) => expect(parseListenAddress(text)).toEqual(expected))

  it.each([
    ['8405', 'a host, a colon and a port, as 127.0.0.1:1936'],
    ['*:0', 'a port from 1 to 65535'],
    ['::1:8405', 'brackets around an IPv6 address, as [::1]:1936'],
    ['http://127.0.0.1:8405', 'host:port, as 127.0.0.1:8405, or unix:///path'],
    ['unix://run', 'an absolute path after unix://, as unix:///run/haproxy/admin.sock'],
  ])('refuses %s', (text, expected) => expect(() => parseListenAddress(text)).toThrow(expected))
})
