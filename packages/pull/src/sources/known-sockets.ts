import { readStatus, StatsError } from '@haproxystats/core'
import type { Outcome } from '../query/ask-source.ts'
import type { Clock } from '../schedule/tick.ts'
import type { Source } from './sources.ts'

/** A socket of `socket-dir` that has given statistics, as the status file keeps it. */
export interface KnownSocket {
  /** Its address. */
  readonly source: string
  /** Which socket it was (`Source.inode`). */
  readonly inode?: string
  /** Since when nobody listens on it, ISO. */
  readonly refused?: string
}

interface Answered {
  readonly inode: string | undefined
  /** In milliseconds since the epoch. */
  refused?: number
}

type Failed = Extract<Outcome, { outcome: 'failed' }>

/**
 * What is remembered of the sockets in `socket-dir`, to tell a process that died from a socket that was left behind long
 * ago, and both from sockets that are no stats sockets. HAProxy never removes its sockets, however it ends.
 */
export class KnownSockets {
  /** Those that have given statistics. */
  readonly #answered = new Map<string, Answered>()
  /** Those that nobody listened on at the last pull and that are left out. */
  readonly #stale = new Set<string>()
  /** Those that are no stats sockets, with what they were when they were asked. */
  readonly #foreign = new Map<string, { inode: string | undefined; error: StatsError }>()
  readonly #staleAfter: number
  readonly #clock: Clock

  /** `known` is what earlier runs have met; `staleAfter` in seconds. */
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

  /** Forgets what is no longer there; nothing while sources may be missing from the list. */
  keep(sources: readonly Source[], mayMiss: boolean): void {
    if (mayMiss) return
    const present = new Set(sources.filter(({ discovered }) => discovered).map(({ text }) => text))
    for (const kept of [this.#answered, this.#stale, this.#foreign]) {
      for (const text of kept.keys()) if (!present.has(text)) kept.delete(text)
    }
  }

  /** Whether nobody listened on this socket at the last pull, and it was left out. */
  isStale({ text }: Source): boolean {
    return this.#stale.has(text)
  }

  /** What this socket was found to be, if it is no stats socket; undefined once another is in its place. */
  foreign({ text, inode }: Source): StatsError | undefined {
    const known = this.#foreign.get(text)
    return known?.inode === inode ? known?.error : undefined
  }

  /** What came of asking, in the light of what is known of the socket. */
  judge(outcome: Outcome): Outcome {
    const { source } = outcome
    if (!source.discovered) return outcome
    this.#stale.delete(source.text)
    if (outcome.outcome !== 'foreign') this.#foreign.delete(source.text)
    if (outcome.outcome === 'answered') this.#answered.set(source.text, { inode: source.inode })
    return outcome.outcome === 'failed' ? this.#judgeFailed(outcome) : outcome
  }

  #judgeFailed(outcome: Failed): Outcome {
    const { source, seconds, retries, error } = outcome
    const known = this.#answered.get(source.text)
    if (isRefused(error)) {
      if (known !== undefined && this.#isRecent(known))
        return { ...outcome, error: died(source, error, this.#staleAfter) }
      this.#stale.add(source.text)
      return { source, seconds, retries, outcome: 'stale', ...(known && { after: this.#staleAfter }) }
    }
    const another = known !== undefined && known.inode !== undefined && known.inode !== source.inode
    if (error.details['foreign'] === true && (known === undefined || another)) {
      this.#answered.delete(source.text)
      this.#foreign.set(source.text, { inode: source.inode, error })
      return { source, seconds, retries, outcome: 'foreign', error }
    }
    if (known !== undefined) {
      this.#answered.set(source.text, { inode: known.inode })
      return outcome
    }
    return error.details['bytes'] === 0 ? { ...outcome, error: silent(error) } : outcome
  }

  /** Whether nobody has listened for so short a time that the process has failed. */
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
  const message = `${text} refused the connection (ECONNREFUSED): it answered before, so its HAProxy process has probably died, and its socket is still there; restart HAProxy, or remove the socket if this process is not to come back; after ${staleAfter} s (stale-after) it is left out`
  return new StatsError(code, message, { ...details })
}

function silent(error: StatsError): StatsError {
  const message = `${error.message}; it has never answered: if it is no stats socket of HAProxy, move it out of socket-dir, or name the stats sockets in servers instead`
  return new StatsError(error.code, message, { ...error.details }, error)
}

/** The sockets that earlier runs have met, by the status file they left; none where that is missing or makes no sense. */
export async function socketsOfEarlierRuns(path: string): Promise<KnownSocket[]> {
  const { sockets } = (await readStatus(path)) ?? {}
  return Array.isArray(sockets) ? sockets.filter(isKnownSocket) : []
}

function isKnownSocket(value: unknown): value is KnownSocket {
  const { source, inode, refused } = (value as Partial<KnownSocket> | null) ?? {}
  if (typeof source !== 'string' || !['string', 'undefined'].includes(typeof inode)) return false
  return refused === undefined || (typeof refused === 'string' && !Number.isNaN(Date.parse(refused)))
}
