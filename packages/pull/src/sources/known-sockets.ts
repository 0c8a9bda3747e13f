import { readStatus, StatsError } from '@haproxystats/core'
import type { Clock } from '../schedule/tick.ts'
import type { Source, SourceResult } from './source.ts'

/** A socket of `socket-dir` that has answered with statistics, as in the status file. */
interface KnownSocket {
  /** Its address. */
  readonly source: string
  /** Which socket it was (`Source.inode`). */
  readonly inode?: string
  /** Since when nothing listens on it, ISO. */
  readonly refused?: string
}

interface Answered {
  readonly inode: string | undefined
  /** In milliseconds since the epoch. */
  refused?: number
}

type Failed = Extract<SourceResult, { outcome: 'failed' }>

/**
 * The sockets in `socket-dir`, remembered to tell a process that died from a stale socket that was left behind long ago, and
 * both from sockets that are no stats sockets. HAProxy never removes its sockets, however it ends.
 */
export class KnownSockets {
  /** Sockets that have answered with statistics. */
  readonly #answered = new Map<string, Answered>()
  /** Sockets that nothing listened on at the last pull, and that were ignored. */
  readonly #stale = new Set<string>()
  /** Sockets that are no stats sockets, with the error of their query. */
  readonly #foreign = new Map<string, { inode: string | undefined; error: StatsError }>()
  readonly #staleAfter: number
  readonly #clock: Clock

  /** `known` are sockets of earlier runs; `staleAfter` in seconds. */
  constructor(known: readonly KnownSocket[], { staleAfter, clock }: { staleAfter: number; clock: Clock }) {
    this.#staleAfter = staleAfter
    this.#clock = clock
    for (const { source, inode, refused } of known) {
      this.#answered.set(source, { inode, ...(refused !== undefined && { refused: Date.parse(refused) }) })
    }
  }

  /** For the status file. */
  get state(): KnownSocket[] {
    return [...this.#answered].map(([source, { inode, refused }]) => ({
      source,
      ...(inode !== undefined && { inode }),
      ...(refused !== undefined && { refused: new Date(refused).toISOString() }),
    }))
  }

  /** Forgets sockets that no longer exist, unless the list may be incomplete. */
  keep(sources: readonly Source[], mayBeIncomplete: boolean): void {
    if (mayBeIncomplete) return
    const present = new Set(sources.filter(({ discovered }) => discovered).map(({ text }) => text))
    for (const kept of [this.#answered, this.#stale, this.#foreign]) {
      for (const text of kept.keys()) if (!present.has(text)) kept.delete(text)
    }
  }

  /** Whether nothing listened on this socket at the last pull, and it was ignored. */
  isStale({ text }: Source): boolean {
    return this.#stale.has(text)
  }

  /** The error of the query, if this is no stats socket; undefined once another socket has taken its place. */
  foreign({ text, inode }: Source): StatsError | undefined {
    const known = this.#foreign.get(text)
    return known?.inode === inode ? known?.error : undefined
  }

  /** The result of reading a source, in view of what is known of the socket. */
  judge(result: SourceResult): SourceResult {
    const { source, outcome } = result
    if (!source.discovered) return result
    this.#stale.delete(source.text)
    if (outcome !== 'foreign') this.#foreign.delete(source.text)
    if (outcome === 'answered') this.#answered.set(source.text, { inode: source.inode })
    return outcome === 'failed' ? this.#judgeFailed(result) : result
  }

  #judgeFailed(result: Failed): SourceResult {
    const { source, seconds, retries, error } = result
    const known = this.#answered.get(source.text)
    if (isRefused(error)) {
      if (known !== undefined && this.#isRecent(known))
        return { ...result, error: died(source, error, this.#staleAfter) }
      this.#stale.add(source.text)
      return { source, seconds, retries, outcome: 'stale', ...(known && { after: this.#staleAfter }) }
    }
    const replaced = known !== undefined && known.inode !== undefined && known.inode !== source.inode
    if (error.details['foreign'] === true && (known === undefined || replaced)) {
      this.#answered.delete(source.text)
      this.#foreign.set(source.text, { inode: source.inode, error })
      return { source, seconds, retries, outcome: 'foreign', error }
    }
    if (known !== undefined) {
      this.#answered.set(source.text, { inode: known.inode })
      return result
    }
    return error.details['bytes'] === 0 ? { ...result, error: neverAnswered(error) } : result
  }

  /** Whether nothing has listened for so short a time that the process has failed. */
  #isRecent(known: Answered): boolean {
    const { wall } = this.#clock()
    // A clock that was set back must not make it longer.
    known.refused = Math.min(known.refused ?? wall, wall)
    return wall - known.refused < this.#staleAfter * 1000
  }
}

function isRefused({ code, details }: StatsError): boolean {
  return code === 'SOURCE_CONNECT' && details['errno'] === 'ECONNREFUSED'
}

function died({ text }: Source, { code, details }: StatsError, staleAfter: number): StatsError {
  const message = `${text} refused the connection (ECONNREFUSED): it answered before, so its HAProxy process has probably died; restart HAProxy, or remove the socket if this process will not come back; the socket is ignored after ${staleAfter} s (stale-after)`
  return new StatsError(code, message, { ...details })
}

function neverAnswered(error: StatsError): StatsError {
  const message = `${error.message}; it has never answered: if it is no stats socket of HAProxy, move it out of socket-dir, or name the stats sockets in servers instead`
  return new StatsError(error.code, message, { ...error.details }, error)
}

/** The sockets in the status file of earlier runs; none when it is missing or invalid. */
export async function socketsOfEarlierRuns(path: string): Promise<KnownSocket[]> {
  const { sockets } = (await readStatus(path)) ?? {}
  return Array.isArray(sockets) ? sockets.filter(isKnownSocket) : []
}

function isKnownSocket(value: unknown): value is KnownSocket {
  const { source, inode, refused } = (value as Partial<KnownSocket> | null) ?? {}
  if (typeof source !== 'string' || !['string', 'undefined'].includes(typeof inode)) return false
  return refused === undefined || (typeof refused === 'string' && !Number.isNaN(Date.parse(refused)))
}
