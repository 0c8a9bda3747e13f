import { type Endpoint, type Logger, reasonOf, StatsError } from '@haproxystats/core'
import {
  type AnswerHead,
  answerLimits,
  type QueryOptions,
  queryTyped,
  startDeadline,
  type UnknownColumns,
} from '@haproxystats/haproxy'
import type { Source } from './source.ts'

/** For one query, in seconds, within the deadline of the pull. */
const timeout = 1

/** Queries to one process that does not answer. */
const mostAttempts = 3

/** Names of columns in one line of the log. */
const shownNames = 5

interface Learnt {
  readonly process: string
  attempts: number
  /** This process is not queried again. */
  settled: boolean
  answer?: Buffer
}

/** The types of columns that the table of fields does not have: queried once for each process, and kept while it answers. */
export class TypedAnswers {
  readonly #learnt = new Map<string, Learnt>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  /** The answer to `show stat … typed` to store beside the one that begins with `head`. Never rejects. */
  async get(source: string, endpoint: Endpoint, head: AnswerHead, options: QueryOptions): Promise<Buffer | undefined> {
    const unknown = head.unknownColumns()
    if (unknown === undefined) {
      this.#learnt.delete(source)
      return undefined
    }
    let learnt = this.#learnt.get(source)
    if (learnt?.process !== unknown.process) learnt = { process: unknown.process, attempts: 0, settled: false }
    this.#learnt.set(source, learnt)
    if (!learnt.settled) await this.#query(source, endpoint, { unknown, learnt, options })
    return learnt.answer
  }

  /** Forgets sources that no longer exist. */
  keep(sources: readonly Source[]): void {
    const present = new Set(sources.map(({ text }) => text))
    for (const text of this.#learnt.keys()) if (!present.has(text)) this.#learnt.delete(text)
  }

  async #query(
    source: string,
    endpoint: Endpoint,
    { unknown, learnt, options }: { unknown: UnknownColumns; learnt: Learnt; options: QueryOptions },
  ): Promise<void> {
    const objects = unknown.objects()
    if (objects.length === 0) return
    const columns = `unknown columns (${listed(unknown.names)})`
    const fields = { source, columns: unknown.names.slice(0, 100).map(short) }
    const deadline = startDeadline(timeout, options.signal)
    const once = { ...options, retries: 0, limit: answerLimits.typedBytes, signal: deadline.signal }
    learnt.attempts++
    try {
      const answer = await queryTyped(source, endpoint, objects, once)
      learnt.settled = true
      if (answer) {
        learnt.answer = answer
        this.#log.info(fields, `${source} has ${columns}; their types, from show stat typed, go into its snapshots`)
      } else this.#log.warn(fields, `${source} has ${columns} and does not answer show stat typed with their types`)
    } catch (error) {
      const tooLarge = error instanceof StatsError && error.code === 'ANSWER_TOO_LARGE'
      learnt.settled = tooLarge || learnt.attempts >= mostAttempts
      const text = `${source} has ${columns}, and show stat typed failed: ${reasonOf(error)}`
      if (learnt.settled) this.#log.warn(fields, `${text}; it is not queried again`)
      else this.#log.debug(fields, `${text}; trying again at the next pull`)
    } finally {
      deadline.dispose()
    }
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map(short)
  const more = names.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

function short(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name
}
