import { isIPv4, isIPv6 } from 'node:net'
import { StatsError } from '../errors.ts'

/** Where an HAProxy process answers. `host` is a name or an IP address, an IPv6 address without its brackets. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/** The forms an address can have; the readers below are in the same order. */
export const addressForms = {
  unix: { example: 'unix:///run/haproxy/admin.sock', read: readUnix },
  tcp: { example: 'tcp://127.0.0.1:1936', read: readTcp },
} as const satisfies Record<string, { example: string; read: (rest: string) => Address }>

/** The longest path of a unix socket in bytes: `sun_path` of unix(7) less the byte that ends it. */
const longestSocketPath = 107

/**
 * Reads `unix:///absolute/path`, `tcp://host:port`, `tcp://192.0.2.1:port` or `tcp://[2001:db8::1]:port`. Throws a
 * `StatsError` with code CONFIGURATION whose message completes "expected …".
 */
export function parseAddress(text: string): Address {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? []
  if (scheme === undefined || rest === undefined) throw mistake(`an address as ${examples()}`, text)
  const known = scheme.toLowerCase()
  if (!Object.hasOwn(addressForms, known)) {
    throw mistake(
      `one of the supported schemes, ${Object.keys(addressForms)
        .map((name) => `${name}://`)
        .join(' or ')}`,
      text,
    )
  }
  return addressForms[known as keyof typeof addressForms].read(rest)
}

function examples(): string {
  return Object.values(addressForms)
    .map((form) => form.example)
    .join(' or ')
}

function readUnix(path: string): Address {
  if (!path.startsWith('/')) throw mistake('an absolute path after unix://, as unix:///run/haproxy/admin.sock', path)
  if (path.endsWith('/')) throw mistake('the path of a socket, not of a directory', path)
  const bytes = Buffer.byteLength(path)
  if (bytes > longestSocketPath) {
    throw mistake(
      `a path of at most ${longestSocketPath} bytes, the longest a socket can have (this one has ${bytes})`,
      path,
    )
  }
  return { kind: 'unix', path }
}

function readTcp(rest: string): Address {
  if (isIPv6(rest.replace(/:\d+$/, '')) && !rest.startsWith('[')) {
    throw mistake('brackets around an IPv6 address, as tcp://[::1]:1936', rest)
  }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d+)$/.exec(rest) ?? []
  if (digits === undefined) throw mistake('a host, a colon and a port, as tcp://127.0.0.1:1936', rest)
  const port = Number(digits)
  if (port < 1 || port > 65_535) throw mistake('a port from 1 to 65535', rest)
  if (bracketed !== undefined) {
    if (!isIPv6(bracketed)) throw mistake('an IPv6 address in the brackets', rest)
    return { kind: 'tcp', host: bracketed, port }
  }
  const host = plain!
  if (!isHost(host)) throw mistake('the name or the IP address of a host before the port', rest)
  return { kind: 'tcp', host, port }
}

/** Whether text is an IP address, or a host name of letters, digits, dashes, underscores and dots (RFC 1123, and `_`). */
export function isHost(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIPv4(text)
  const labels = text.endsWith('.') ? text.slice(0, -1).split('.') : text.split('.')
  return text.length <= 253 && labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label))
}

function mistake(expected: string, found: string): StatsError {
  return new StatsError('CONFIGURATION', expected, { found })
}
