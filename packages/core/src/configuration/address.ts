import { isIPv4, isIPv6 } from 'node:net'
import { StatsError } from '../errors.ts'

/** What can be connected to. `host` is a name or an IP address, an IPv6 address without its brackets. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: true }

/** A statistics page. `target` is its path and query as in the first line of a request, without a format such as `;csv`. */
export interface PageAddress {
  readonly kind: 'http'
  readonly at: Endpoint
  readonly target: string
  /** From the URL itself, where it is better not to be. */
  readonly user?: string
  readonly password?: string
}

/** The socket of a master process (`-S`), behind which there are any number of workers. */
export interface MasterAddress {
  readonly kind: 'master'
  readonly at: Endpoint
}

/** Where HAProxy answers. */
export type Address = Endpoint | PageAddress | MasterAddress

/** The forms an address can have, with their readers. */
export const addressForms = {
  unix: { example: 'unix:///run/haproxy/admin.sock', read: readUnix },
  tcp: { example: 'tcp://127.0.0.1:1936', read: readTcp },
  'tcp+tls': { example: 'tcp+tls://lb1.example.com:1936', read: (rest) => ({ ...readTcp(rest), tls: true }) },
  http: { example: 'http://127.0.0.1:8404/haproxy?stats', read: (rest) => readPage('http', rest) },
  https: { example: 'https://lb1.example.com:8404/haproxy?stats', read: (rest) => readPage('https', rest) },
  'http+unix': { example: 'http+unix:///run/haproxy/page.sock:/haproxy?stats', read: readUnixPage },
  master: { example: 'master:///run/haproxy-master.sock', read: readMaster },
} as const satisfies Record<string, { example: string; read: (rest: string) => Address }>

/** The longest path of a unix socket in bytes: `sun_path` of unix(7) less the byte that ends it. */
const longestSocketPath = 107

/**
 * Reads an address of one of the forms above; a host may be `lb1.example.com`, `192.0.2.1` or `[2001:db8::1]`. Throws a
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
        .join(', ')}`,
      text,
    )
  }
  return addressForms[known as keyof typeof addressForms].read(rest)
}

function examples(): string {
  return [addressForms.unix, addressForms.tcp, addressForms.http].map((form) => form.example).join(' or ')
}

function readUnix(path: string): Endpoint & { kind: 'unix' } {
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

function readTcp(rest: string, scheme = 'tcp://'): Endpoint & { kind: 'tcp' } {
  if (isIPv6(rest.replace(/:\d+$/, '')) && !rest.startsWith('[')) {
    throw mistake(`brackets around an IPv6 address, as ${scheme}[::1]:1936`, rest)
  }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d+)$/.exec(rest) ?? []
  if (digits === undefined) throw mistake(`a host, a colon and a port, as ${scheme}127.0.0.1:1936`, rest)
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

/** What can be listened at; `host` `undefined` for every address of the machine. */
export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string | undefined; readonly port: number }

/**
 * Reads one address to listen at: `127.0.0.1:8405`, `[::1]:8405`, `*:8405` or `unix:///path`. Throws a `StatsError` with
 * code CONFIGURATION whose message completes "expected …".
 */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix://')) return readUnix(text.slice('unix://'.length))
  if (text.includes('/')) throw mistake('host:port, as 127.0.0.1:8405, or unix:///path', text)
  const every = /^\*:(\d+)$/.exec(text)
  const { host, port } = readTcp(every === null ? text : `localhost:${every[1]}`, '')
  return { kind: 'tcp', host: every === null ? host : undefined, port }
}

/** The formats of a page, one of which we ask for; whatever else stands behind a semicolon is the operator's. */
const formats = /;(?:csv|typed|json|json-schema)(?=;|$)/g

function readPage(scheme: 'http' | 'https', rest: string): PageAddress {
  const expected = `the address of a statistics page, as ${addressForms[scheme].example}`
  const text = `${scheme}://${rest}`
  if (/[\s\\]/.test(rest) || !URL.canParse(text)) throw mistake(expected, rest)
  const { hostname, port, pathname, search, username, password } = new URL(text)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (!isHost(host) && !isIPv6(host)) throw mistake(expected, rest)
  const number = port === '' ? defaultPorts[scheme] : Number(port)
  if (number === 0) throw mistake('a port from 1 to 65535', rest)
  return {
    kind: 'http',
    at: { kind: 'tcp', host, port: number, ...(scheme === 'https' && { tls: true }) },
    target: `${pathname}${search}`.replace(formats, ''),
    ...(username !== '' && { user: decoded(username), password: decoded(password) }),
  }
}

/** What a URL without a port means. */
export const defaultPorts = { http: 80, https: 443 } as const

/** A percent sign that stands for itself is left as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function readUnixPage(rest: string): PageAddress {
  const border = rest.indexOf(':/')
  if (border === -1) throw mistake(`a socket, a colon and a path, as ${addressForms['http+unix'].example}`, rest)
  const target = rest.slice(border + 1)
  if (/[^!-~]/.test(target)) throw mistake('a path of printable ASCII characters', rest)
  return { kind: 'http', at: readUnix(rest.slice(0, border)), target: target.replace(/#.*/, '').replace(formats, '') }
}

function readMaster(rest: string): MasterAddress {
  return { kind: 'master', at: rest.startsWith('/') ? readUnix(rest) : readTcp(rest) }
}

/** The addresses of a list. A comma that a password in a URL holds separates nothing. */
export function splitAddresses(text: string): string[] {
  const addresses: string[] = []
  for (const part of text.split(',')) {
    const last = addresses.at(-1)
    const within = last !== undefined && /^\s*https?:\/\/[^/?#@]*$/i.test(last) && /^[^/]*@/.test(part)
    if (within) addresses[addresses.length - 1] = `${last},${part}`
    else addresses.push(part)
  }
  return addresses.map((address) => address.trim())
}

/** A list of addresses as it may be shown: `***` for the user and the password of each. */
export function concealCredentials(text: string): string {
  const secrets = splitAddresses(text).flatMap((address) => /^https?:\/\/(.*)@/is.exec(address)?.[1] ?? [])
  return secrets.reduce((shown, secret) => shown.replaceAll(`//${secret}@`, '//***@'), text)
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
