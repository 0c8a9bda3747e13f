import { type Endpoint, type Logger, reasonOf, StatsError } from '@haproxystats/core'
import {
  type AnswerHead,
  type AskOptions,
  answerLimits,
  askTyped,
  startDeadline,
  type UnknownColumns,
} from '@haproxystats/haproxy'
import type { Source } from '../sources/sources.ts'

/** For asking, in seconds, within the deadline of the pull. */
const patience = 1

/** So often one process is asked that does not answer. */
const mostAttempts = 3

/** So many names go into a line of the log. */
const shownNames = 5

interface Learnt {
  readonly process: string
  attempts: number
  /** Nothing more is to be expected of this process. */
  settled: boolean
  answer?: Buffer
}

/**
 * What processes say of columns that no table knows: asked once a process, and kept for as long as it answers. Nothing is
 * asked of a process whose columns are all known.
 */
export class TypedAnswers {
  readonly #learnt = new Map<string, Learnt>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  /** The answer to `show stat … typed` to put beside the one that begins with `head`. Never rejects. */
  async of(
    source: Source,
    head: AnswerHead,
    { connect, signal }: Omit<AskOptions, 'limit'>,
  ): Promise<Buffer | undefined> {
    const { address } = source
    // A page has no such question, and a worker's would take a connection for each object.
    const unknown = 'at' in address ? undefined : head.unknownColumns()
    if ('at' in address || unknown === undefined) {
      this.#learnt.delete(source.text)
      return undefined
    }
    let learnt = this.#learnt.get(source.text)
    if (learnt?.process !== unknown.process) learnt = { process: unknown.process, attempts: 0, settled: false }
    this.#learnt.set(source.text, learnt)
    if (!learnt.settled) await this.#ask({ source, endpoint: address }, unknown, learnt, { connect, signal })
    return learnt.answer
  }

  /** Forgets sources that are no longer there. */
  keep(sources: readonly Source[]): void {
    const present = new Set(sources.map(({ text }) => text))
    for (const text of this.#learnt.keys()) if (!present.has(text)) this.#learnt.delete(text)
  }

  async #ask(
    { source, endpoint }: { source: Source; endpoint: Endpoint },
    { names, objects }: UnknownColumns,
    learnt: Learnt,
    { connect, signal }: Omit<AskOptions, 'limit'>,
  ): Promise<void> {
    const filters = objects()
    const columns = `columns that no table knows (${listed(names)})`
    const fields = { source: source.text, columns: names.slice(0, 100).map(short) }
    if (filters.length === 0) return
    const deadline = startDeadline(patience, signal)
    learnt.attempts++
    try {
      const options = { connect: { ...connect, retries: 0 }, limit: answerLimits.typedBytes, signal: deadline.signal }
      const answer = await askTyped(source.text, endpoint, filters, options)
      learnt.settled = true
      if (answer) {
        learnt.answer = answer
        this.#log.info(fields, `${source.text} has ${columns}; what it says of their nature goes into its snapshots`)
      } else this.#log.warn(fields, `${source.text} has ${columns} and does not say of what nature they are`)
    } catch (error) {
      const hopeless = error instanceof StatsError && error.code === 'ANSWER_TOO_LARGE'
      learnt.settled = hopeless || learnt.attempts >= mostAttempts
      const text = `${source.text} has ${columns} and did not say of what nature they are: ${reasonOf(error)}`
      if (learnt.settled) this.#log.warn(fields, `${text}; it is not asked again`)
      else this.#log.debug(fields, `${text}; asking again at the next pull`)
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
