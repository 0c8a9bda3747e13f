import { createHash } from 'node:crypto'

/** The longest path segment, in bytes: names of HAProxy may be of any length, file systems of carbon stop at 255. */
const longest = 200
const carried = /[^A-Za-z0-9_:-]/g

/**
 * A name as one segment of a metric path: letters, digits, `_`, `-` and `:` stay, everything else becomes `_`, `.` among
 * them, as in haproxystats 0.5.2. A name that is too long is cut and ends in a hash of the whole, so that two long names
 * stay apart.
 */
export function segmentOf(name: string): string {
  const segment = name.replace(carried, '_')
  if (segment.length > longest) return `${segment.slice(0, longest - 9)}-${shortHash(name)}`
  return segment === '' ? '_' : segment
}

/** Eight characters that depend on every byte of a name: what keeps two names apart that look the same as segments. */
export function shortHash(name: string): string {
  return createHash('sha256').update(name, 'latin1').digest('hex').slice(0, 8)
}
