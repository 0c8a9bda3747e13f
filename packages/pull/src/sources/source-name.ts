import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { type Address, defaultPorts, type Endpoint, isAddition } from '@haproxystats/core'

/** Leaves room for a suffix and `_info` in the 255 bytes of a file name. */
const longestName = 200

/** What would be syntax in a path, or unreadable in a listing: `/`, control and format characters, a dot in front. */
const unsafe = /[\p{C}/]|^\./gu

/** An address as the configuration writes it, without user and password. */
export function addressText(address: Address): string {
  if (address.kind === 'http') return pageText(address.at, address.target)
  if (address.kind === 'master') return `master://${placeText(address.at)}`
  if (address.kind === 'unix') return `unix://${address.path}`
  return `${address.tls ? 'tcp+tls' : 'tcp'}://${placeText(address)}`
}

function pageText(at: Endpoint, target: string): string {
  if (at.kind === 'unix') return `http+unix://${at.path}:${target}`
  const scheme = at.tls ? 'https' : 'http'
  const usual = at.port === defaultPorts[scheme]
  return `${scheme}://${usual ? hostText(at.host) : placeText(at)}${target}`
}

function placeText(at: Endpoint): string {
  return at.kind === 'unix' ? at.path : `${hostText(at.host)}:${at.port}`
}

function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/**
 * What the files of a source are called: the base name of a socket (`lb1.sock`), `<host>_<port>` otherwise. Two sources
 * may want the same name; `distinctNames` tells them apart.
 */
export function sourceName(address: Address): string {
  const at = 'at' in address ? address.at : address
  const wanted = at.kind === 'unix' ? basename(at.path) : `${at.host}_${at.port}`
  const name = wanted.replace(unsafe, '_')
  const usable = Buffer.byteLength(name) <= longestName && !isAddition(name)
  return usable ? name : `${name.slice(0, longestName / 4)}-${shortHash(wanted)}`
}

/**
 * A name for each address, no two alike. Of those that want the same, the first by its text keeps it and the others get
 * a hash of their whole address, so that names depend neither on order nor on the time.
 */
export function distinctNames(addresses: readonly Address[]): string[] {
  const texts = addresses.map(addressText)
  const wanted = addresses.map(sourceName)
  return addresses.map((_, index) => {
    const name = wanted[index]!
    const rivals = texts.filter((_text, other) => wanted[other] === name)
    const first = rivals.every((text) => texts[index]! <= text)
    return first ? name : `${name}-${shortHash(texts[index]!)}`
  })
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
