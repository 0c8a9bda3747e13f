import { createHash, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { RouteResponse } from '../types/route.ts'

const compress = promisify(gzip)

/** Shorter ones fit a packet as they are. */
const worthCompressing = 1400

/** Hashing longer ones costs more than it saves. */
const worthHashing = 1024 * 1024

/** A response ready to be sent, to any number of clients. */
export interface PreparedResponse {
  readonly status: number
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Other bytes have another ETag: `packed` is that of the compressed body. */
  readonly etags: { readonly plain: string; readonly packed: string }
  /** Whether compressing is worth while. */
  readonly isLong: boolean
  /** Compressed once, when the first client asks for it. */
  compressed(): Promise<Uint8Array>
}

export function prepareResponse({ status = 200, type, body, headers = {} }: RouteResponse): PreparedResponse {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const tag = bytes.length > worthHashing ? `${run}-${++longBodies}` : hashOf(bytes)
  let compressing: Promise<Uint8Array> | undefined
  return {
    status,
    type,
    headers,
    body: bytes,
    etags: { plain: `"${tag}"`, packed: `"${tag}-gzip"` },
    isLong: bytes.length >= worthCompressing,
    compressed: () => {
      compressing ??= compress(bytes, { level: 3 })
      return compressing
    },
  }
}

/** Makes the tag of a long body another one for every response that is prepared, also after a restart. */
const run = randomBytes(8).toString('base64url')
let longBodies = 0

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
}
