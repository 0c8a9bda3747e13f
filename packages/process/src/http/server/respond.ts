import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PreparedResponse } from './prepared-response.ts'
import { securityHeaders } from './security.ts'

/** Bytes of an answer that are on their way to a client at a time. */
const piece = 64 * 1024

/**
 * Sends an answer: compressed where the client takes that, only the headers for HEAD, nothing new when it has it
 * already.
 */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  prepared: PreparedResponse,
): Promise<void> {
  const headers: Record<string, string | number> = {
    ...securityHeaders,
    'Cache-Control': prepared.status === 200 ? 'no-cache' : 'no-store',
    'Content-Type': prepared.type,
    Vary: 'Accept, Accept-Encoding, Authorization',
    ...prepared.headers,
  }
  const isPacked = prepared.isLong && takesGzip(request.headers['accept-encoding'])
  if (prepared.status === 200) {
    const etag = prepared.etags[isPacked ? 'packed' : 'plain']
    headers['ETag'] = etag
    if (hasAlready(request.headers['if-none-match'], etag)) {
      response.writeHead(304, headers).end()
      return
    }
  }
  const body = isPacked ? await prepared.compressed() : prepared.body
  if (isPacked) headers['Content-Encoding'] = 'gzip'
  headers['Content-Length'] = body.length
  response.writeHead(prepared.status, headers)
  if (request.method === 'HEAD') response.end()
  else await send(response, body)
}

/** In pieces, each when the one before has left: TLS would keep an encrypted copy of the whole for every client. */
async function send(response: ServerResponse, body: Uint8Array): Promise<void> {
  let start = 0
  for (; body.length - start > piece && !response.destroyed; start += piece) {
    if (!response.write(body.subarray(start, start + piece))) await drained(response)
  }
  if (!response.destroyed) response.end(body.subarray(start))
}

/** Resolves when the client has taken what was written, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

/** `W/` in front says that it may be compressed, which is the same to us. */
function hasAlready(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}

/** Whether `Accept-Encoding` names gzip and does not rule it out by `q=0`. */
function takesGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .toLowerCase()
    .split(',')
    .some((coding) => {
      const [name, ...parameters] = coding.split(';').map((part) => part.trim())
      return name === 'gzip' && !parameters.some((parameter) => /^q *= *0(?:\.0*)?$/.test(parameter))
    })
}
