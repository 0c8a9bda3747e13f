import { createHash, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { RouteResponse } from '../types/route.ts'

const compress = promisify(gzip)

/** Shorter ones fit a packet as they are. */
const worthCompressing = 1400

/** Responder of one snapshot that are kept at most, and their bytes: 10,000 servers for Prometheus are 93 MB. */
const mostAnswers = 128
const mostBytes = 256 * 1024 * 1024

/** Hashing longer ones costs more than it saves. */
const worthHashing = 1024 * 1024

/** An answer ready to be sent, to any number of clients. */
export interface Ready {
  readonly status: number
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Other bytes have another one: `packed` is that of the compressed body. */
  readonly etags: { readonly plain: string; readonly packed: string }
  /** Whether compressing is worth while. */
  readonly isLong: boolean
  /** Compressed once, when the first client asks for it. */
  compressed(): Promise<Uint8Array>
}

/** The same with the body as bytes. */
export function makeReady({ status = 200, type, body, headers = {} }: RouteResponse): Ready {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const tag = bytes.length > worthHashing ? nextTag() : hashOf(bytes)
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

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
}

const run = randomBytes(8).toString('base64url')
let tags = 0

/** Another one for every answer that is made: the same as long as it is kept. */
function nextTag(): string {
  return `${run}-${++tags}`
}

/**
 * Responder that are the same until the next snapshot: made, hashed and compressed once for all who ask. Bounded; what does
 * not fit is made again.
 */
export class ResponseCache {
  #ready = new Map<string, Ready>()
  #bytes = 0

  clear(): void {
    this.#ready = new Map()
    this.#bytes = 0
  }

  get(key: string): Ready | undefined {
    return this.#ready.get(key)
  }

  add(key: string, ready: Ready): void {
    if (this.#ready.size >= mostAnswers || this.#bytes + ready.body.length > mostBytes) return
    this.#ready.set(key, ready)
    this.#bytes += ready.body.length
  }
}
