import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Address, type Configuration, parseAddress } from '@haproxystats/core'
import type { Source } from './source.ts'
import { addressText, distinctNames } from './source-name.ts'

/** All sources; `unreadable` when `socket-dir` could not be read, so that some may be missing. */
export interface SourceList {
  readonly sources: readonly Source[]
  readonly unreadable?: NodeJS.ErrnoException
}

/** Names of sockets that HAProxy uses for a moment during a reload: `<socket>.<pid>.tmp` and `<socket>.<pid>.bak`. */
const transient = /\.\d+\.(tmp|bak)$/

/**
 * The sources of `servers`, then the sockets that are in `socket-dir` now. A socket that is in both, or there twice by a
 * link, is one source; what `servers` names is not `discovered`.
 */
export async function listSources(options: Configuration['pull']): Promise<SourceList> {
  const named: readonly Address[] = (options.servers ?? []).map(parseAddress)
  const { paths, unreadable } = await readSocketDirectory(options['socket-dir'])
  const found = paths.map((path): Address => ({ kind: 'unix', path }))
  const distinct = new Map<string, Pick<Source, 'address' | 'discovered' | 'inode'>>()
  for (const [index, address] of [...named, ...found].entries()) {
    const { key, inode } = await identity(address)
    const discovered = index >= named.length
    if (!distinct.has(key)) distinct.set(key, { address, discovered, ...(discovered && inode && { inode }) })
  }
  const entries = [...distinct.values()]
  const names = distinctNames(entries.map(({ address }) => address))
  const sources = entries.map((entry, index) => ({ ...entry, name: names[index]!, text: addressText(entry.address) }))
  return unreadable ? { sources, unreadable } : { sources }
}

async function readSocketDirectory(directory: string | undefined): Promise<{
  paths: string[]
  unreadable?: NodeJS.ErrnoException
}> {
  if (directory === undefined) return { paths: [] }
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    const sockets = entries.filter((entry) => entry.isSocket() && !transient.test(entry.name))
    return { paths: sockets.map(({ name }) => join(directory, name)).sort() }
  } catch (error) {
    return { paths: [], unreadable: error as NodeJS.ErrnoException }
  }
}

/** The key is equal for two addresses of one socket, over whatever links, and of one page behind it. */
async function identity(address: Address): Promise<{ key: string; inode?: string }> {
  const at = 'at' in address ? address.at : address
  if (at.kind === 'tcp') return { key: addressText(address) }
  const found = await stat(at.path).catch(() => undefined)
  if (found === undefined) return { key: resolve(at.path) }
  const file = `${found.dev}:${found.ino}`
  // With the time, because the inode number of a removed file may be used again.
  return { key: address.kind === 'http' ? `${file} ${address.target}` : file, inode: `${file} ${found.ctimeMs}` }
}
