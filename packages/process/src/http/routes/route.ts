import type { Sources } from '../live/source-reader.ts'
import type { View } from '../live/view.ts'
import type { History } from '../trend/history.ts'

/** What routes answer from. */
export interface Facts {
  /** Of the newest snapshot; absent until there is one. */
  readonly view: View | undefined
  readonly history: History
  /** The processes of the view, each alone. */
  readonly sources?: Sources
  /** What the status file of haproxystats-process says, see `statusOf`. */
  readonly status: Readonly<Record<string, unknown>>
  /** Seconds between snapshots, as pull is configured; what makes data stale. */
  readonly interval: number
  /** Seconds since the epoch. */
  now(): number
}

/** A request as routes see it. GET or HEAD; the server has checked who asks. */
export interface Question {
  /** Decoded segments of the path: `/f/www/scur` is `['f', 'www', 'scur']`. What follows the first `;` is not in it. */
  readonly segments: readonly string[]
  /** What follows the first `;` of the path, as in `/stats;csv`: `csv`. */
  readonly form: string
  readonly query: URLSearchParams
  /** The header `Accept`. */
  readonly accept: string
}

/** What a route answers. The server adds everything that all answers have: length, ETag, compression, security headers. */
export interface Answer {
  /** 200 unless given. */
  readonly status?: number
  readonly type: string
  readonly body: string | Uint8Array
  /** The same question has the same answer until the next snapshot: made once for all who ask. */
  readonly perSnapshot?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

export interface Route {
  /** For the index of the API and the manual: `/f/<frontend>/<field>`. */
  readonly path: string
  readonly summary: string
  /** `undefined`: not its business. */
  answer(question: Question, facts: Facts): Answer | undefined
  /** The same for what has to be asked for; where `answer` has none. */
  later?(question: Question, facts: Facts): Promise<Answer> | undefined
}

export function text(body: string, status = 200): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` }
}

export function json(body: unknown, options: Partial<Answer> = {}): Answer {
  return { type: 'application/json', body: `${JSON.stringify(body)}\n`, ...options }
}
