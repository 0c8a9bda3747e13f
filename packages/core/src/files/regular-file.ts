import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { StatsError } from '../errors.ts'

/** Larger than any file of passwords, bundle of certificates or list of names that a person keeps, in bytes. */
export const largestPersonalFile = 4 * 1024 ** 2

/** Waits on no FIFO, and takes no terminal. */
const readOnly = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

/**
 * The content of a regular file of at most `limit` bytes, so that neither a FIFO without a writer nor `/dev/zero` holds
 * the program up. `follow: false` refuses a symbolic link in the last place. Throws `FILE_REFUSED`, whose message completes
 * "it cannot be read: …", for what is no regular file and for a longer one; errors of the system as they are.
 */
export function readRegularFile(path: string, limit: number, { follow = true }: { follow?: boolean } = {}): Buffer {
  const file = openSync(path, follow ? readOnly : readOnly | constants.O_NOFOLLOW)
  try {
    const stats = fstatSync(file)
    if (!stats.isFile())
      throw new StatsError('FILE_REFUSED', `it is ${describeKind(stats)}, not a regular file`, { path })
    // What the system says of the size need not be so: a file in /proc has none, and one that is written grows.
    const bytes = readAtMost(file, limit + 1, stats.size)
    if (bytes.length <= limit) return bytes
    throw new StatsError('FILE_REFUSED', `it is larger than ${limit} bytes, the most that is read of it`, { path })
  } finally {
    closeSync(file)
  }
}

function readAtMost(file: number, most: number, expected: number): Buffer {
  const parts: Buffer[] = []
  let total = 0
  while (total < most) {
    const part = Buffer.allocUnsafe(Math.min(most - total, Math.max(expected + 1 - total, 65_536)))
    const read = readSync(file, part)
    if (read === 0) break
    parts.push(part.subarray(0, read))
    total += read
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}

function describeKind(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory'
  if (stats.isFIFO()) return 'a FIFO'
  return stats.isSocket() ? 'a socket' : 'a device'
}
