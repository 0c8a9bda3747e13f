import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Ready } from './cache.ts'
import { securityHeaders } from './security.ts'

/** Sends an answer: compressed where the client takes that, only the headers for HEAD, nothing new when it has it already. */
export async function respond(request: IncomingMessage, response: ServerResponse, ready: Ready): Promise<void> {
  const headers: Record<string, string | number> = {
    ...securityHeaders,
    'Cache-Control': ready.status === 200 ? 'no-cache' : 'no-store',
    'Content-Type': ready.type,
    Vary: 'Accept, Accept-Encoding, Authorization',
    ...ready.headers,
  }
  if (ready.status === 200) {
    headers['ETag'] = ready.etag
    if (hasAlready(request.headers['if-none-match'], ready.etag)) {
      response.writeHead(304, headers).end()
      return
    }
  }
  const compressing = takesGzip(request.headers['accept-encoding']) ? ready.compressed() : undefined
  const body = compressing === undefined ? ready.body : await compressing
  if (compressing !== undefined) headers['Content-Encoding'] = 'gzip'
  headers['Content-Length'] = body.length
  response.writeHead(ready.status, headers)
  if (request.method === 'HEAD') response.end()
  else response.end(body)
}

/** `W/` in front says that it may be compressed, which is the same to us. */
function hasAlready(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}

/** Whether `Accept-Encoding` names gzip and does not rule it out by `q=0`. */
function takesGzip(header: string | string[] | undefined): boolean {
  return /(?:^|,)\s*gzip\s*(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(String(header ?? ''))
}
