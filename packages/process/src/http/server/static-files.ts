import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { type PreparedResponse, prepareResponse } from './prepared-response.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}

/** Names of files whose content never changes: they hold a hash of it. */
const hashed = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/

/**
 * The files of the page by their path, `''` for `index.html`, read once: no request ever names a file of the system.
 */
export function readStaticFiles(directory: string): ReadonlyMap<string, PreparedResponse> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
  return new Map(
    names.flatMap((entry) => {
      const type = types[extname(entry.name)]
      if (!entry.isFile() || type === undefined) return []
      const file = join(entry.parentPath, entry.name)
      const path = relative(directory, file).split(sep).join('/')
      const cache = hashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'
      const prepared = prepareResponse({ type, body: readFileSync(file), headers: { 'Cache-Control': cache } })
      return [[path === 'index.html' ? '' : path, prepared] as const]
    }),
  )
}
