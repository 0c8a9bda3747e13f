/**
 * What counts as one client: an IPv4 address, or the /64 of an IPv6 address, of which a host has as many as it likes.
 * Undefined for a unix socket, which has no address.
 */
export function clientNetwork(address: string | undefined): string | undefined {
  if (address === undefined || !address.includes(':')) return address
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}
