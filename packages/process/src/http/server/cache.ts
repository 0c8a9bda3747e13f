import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Answer } from '../routes/route.ts'

const compress = promisify(gzip)

/** Shorter ones fit a packet as they are. */
const worthCompressing = 1400

/** Answers of one snapshot that are kept at most, and their bytes. */
const mostAnswers = 128
const mostBytes = 64 * 1024 * 1024

/** An answer ready to be sent, to any number of clients. */
export interface Ready {
  readonly status: number
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly etag: string
  /** Compressed once, when the first client asks for it; undefined where that is not worth while. */
  compressed(): Promise<Uint8Array> | undefined
}

/** The same with the body as bytes. */
export function makeReady({ status = 200, type, body, headers = {} }: Answer): Ready {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
  let compressing: Promise<Uint8Array> | undefined
  return {
    status,
    type,
    headers,
    body: bytes,
    etag: `"${hash}"`,
    compressed: () => {
      if (bytes.length < worthCompressing) return undefined
      compressing ??= compress(bytes, { level: 3 })
      return compressing
    },
  }
}

/**
 * Answers that are the same until the next snapshot: made, hashed and compressed once for all who ask. Bounded; what does
 * not fit is made again.
 */
export class AnswerCache {
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
