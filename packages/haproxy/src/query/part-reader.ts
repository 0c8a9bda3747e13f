import { StatsError } from '@haproxystats/core'
import type { AnswerPart } from './answer.ts'
import { InfoCheck } from './info-check.ts'
import { firstLineLimit } from './refusal.ts'
import { RowCheck } from './rows.ts'

const beginnings: Readonly<Record<AnswerPart, Buffer>> = {
  info: Buffer.from('Name: '),
  stat: Buffer.from('# pxname,'),
}

/** What makes an answer of one part one. */
export interface PartRules {
  readonly part: AnswerPart
  /** The longest answer to accept, in bytes; `given` is what the operator set, for the message. */
  readonly limit: number
  readonly given?: number
  /** Ends without its empty line, as a statistics page does; the line is added. */
  readonly addsEnd?: true
  /** The error for what begins otherwise. */
  readonly refusal: (source: string, beginning: Buffer) => StatsError
}

/**
 * Takes the answer to one command in chunks of any size and gives back what belongs to it, checked as `AnswerReader`
 * does: beginning, rows, end. Holds back no more than the beginning.
 */
export class PartReader {
  readonly #source: string
  readonly #rules: PartRules
  readonly #lines: InfoCheck
  readonly #rows: RowCheck
  #held: Buffer | undefined = Buffer.alloc(0)
  #tail = ''
  #received = 0

  constructor(source: string, rules: PartRules) {
    this.#source = source
    this.#rules = rules
    this.#lines = new InfoCheck(source)
    this.#rows = new RowCheck(source)
  }

  get received(): number {
    return this.#received
  }

  get rows(): number {
    return this.#rows.rows
  }

  /** Throws `SOURCE_REFUSED`, `ANSWER_MALFORMED` or `ANSWER_TOO_LARGE` as soon as it is certain. */
  push(chunk: Buffer): Buffer[] {
    this.#received += chunk.length
    if (this.#received > this.#rules.limit) throw this.#tooLarge()
    if (this.#held === undefined) return this.#take(chunk)
    this.#held = Buffer.concat([this.#held, chunk])
    const beginning = beginnings[this.#rules.part]
    const length = Math.min(this.#held.length, beginning.length)
    if (!this.#held.subarray(0, length).equals(beginning.subarray(0, length))) {
      if (this.#held.length < firstLineLimit && !this.#held.includes('\n')) return []
      throw this.#rules.refusal(this.#source, this.#held)
    }
    if (length < beginning.length) return []
    const held = this.#held
    this.#held = undefined
    return this.#take(held)
  }

  /** To be called at the end. Throws unless the answer was complete; gives what is to be added to it. */
  end(): Buffer[] {
    if (this.#held !== undefined) {
      if (this.#held.length > 0) throw this.#rules.refusal(this.#source, this.#held)
      throw this.#truncated('without a word')
    }
    if (this.#rules.part === 'info') {
      if (this.#tail !== '\n\n') throw this.#truncated(`after ${this.#received} bytes, before show info was complete`)
      return []
    }
    const added = this.#rules.addsEnd && !this.#rows.ended ? this.#take(Buffer.from('\n')) : []
    this.#rows.end()
    return added
  }

  #take(bytes: Buffer): Buffer[] {
    if (this.#rules.part === 'stat') this.#rows.push(bytes)
    else {
      this.#lines.push(bytes)
      this.#tail = (this.#tail + bytes.subarray(-2).toString('latin1')).slice(-2)
    }
    return [bytes]
  }

  #truncated(where: string): StatsError {
    const details = { source: this.#source, bytes: this.#received }
    return new StatsError('ANSWER_TRUNCATED', `${this.#source} closed the connection ${where}`, details)
  }

  #tooLarge(): StatsError {
    const { limit, given = limit } = this.#rules
    return new StatsError(
      'ANSWER_TOO_LARGE',
      `the answer of ${this.#source} is longer than answer-limit, ${given} bytes; raise it if HAProxy really has that many proxies and servers`,
      { source: this.#source, limit: given },
    )
  }
}
