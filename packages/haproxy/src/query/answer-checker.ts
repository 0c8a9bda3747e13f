import { StatsError } from '@haproxystats/core'
import { InfoChecker } from './info-checker.ts'
import { firstLineLimit, refusal } from './refusal.ts'
import { StatChecker } from './stat-checker.ts'

export type AnswerPart = 'info' | 'stat'

/**
 * Where an answer goes while it is read. Nothing more is read from the source until `write` has resolved; it rejects with a
 * `StatsError`. What it keeps of `bytes` it must have copied when it returns.
 */
export interface AnswerSink {
  write(part: AnswerPart, bytes: Buffer): Promise<void> | void
}

export interface AnswerRules {
  /** What the answer consists of. */
  readonly parts: readonly ['info', 'stat'] | readonly [AnswerPart]
  /** The longest answer to accept, in bytes. */
  readonly limit: number
  /** The limit to name in the error; `limit` unless set. */
  readonly answerLimit?: number
  /** Adds the empty line at the end of `show stat` where it is missing, as on a statistics page. */
  readonly addsEnd?: true
  /** The error for an answer that begins differently. */
  readonly refusal?: (source: string, beginning: Buffer) => StatsError
}

const beginnings: Readonly<Record<AnswerPart, Buffer>> = {
  info: Buffer.from('Name: '),
  stat: Buffer.from('# pxname,'),
}

/**
 * The empty line that ends `show info`, and the beginning of `show stat`. An empty line alone is no border, because a quoted
 * value of `show info` (`description`) may hold one.
 */
const border = Buffer.from('\n\n# pxname,')
const infoEnd = 2

/**
 * Takes the answer to `show info`, `show stat` or both in chunks of any size, passes it on part by part, and checks it on
 * the way: its beginning, its lines (`InfoChecker`), its rows (`StatChecker`) and its end. Holds back no more than a first
 * line. The result does not depend on the size of the chunks.
 */
export class AnswerChecker {
  readonly #source: string
  readonly #sink: AnswerSink
  readonly #rules: AnswerRules
  readonly #info: InfoChecker
  readonly #stat: StatChecker
  /** The part of the next byte; undefined until the beginning is complete. */
  #part: AnswerPart | undefined
  #held: Buffer = Buffer.alloc(0)
  #received = 0

  /** `source` is named in errors. */
  constructor(source: string, sink: AnswerSink, rules: AnswerRules) {
    this.#source = source
    this.#sink = sink
    this.#rules = rules
    this.#info = new InfoChecker(source)
    this.#stat = new StatChecker(source)
  }

  /** In bytes. */
  get received(): number {
    return this.#received
  }

  /** Rows of `show stat`, without the header. */
  get rows(): number {
    return this.#stat.rows
  }

  /** Throws `SOURCE_REFUSED`, `ANSWER_MALFORMED` or `ANSWER_TOO_LARGE` as early as possible. Returns what the sink did. */
  push(chunk: Buffer): Promise<void> | void {
    const { limit, answerLimit = limit } = this.#rules
    const room = limit - this.#received
    if (chunk.length <= room) return this.#take(chunk)
    this.#take(chunk.subarray(0, room))
    const text = `the answer of ${this.#source} is longer than answer-limit, ${answerLimit} bytes; raise it if HAProxy really has that many proxies and servers`
    throw new StatsError('ANSWER_TOO_LARGE', text, { source: this.#source, limit: answerLimit })
  }

  /** To be called at the end of the connection. Throws unless the answer was complete. */
  end(): Promise<void> | void {
    const last = this.#rules.parts.at(-1) as AnswerPart
    if (this.#part === undefined && !this.#isBeginning()) throw this.#refusal()
    if (this.#part !== last || (last === 'info' && !this.#info.ended)) throw this.#truncated(last)
    if (last === 'info') return
    const added = this.#rules.addsEnd && !this.#stat.ended ? this.#take(Buffer.from('\n')) : undefined
    this.#stat.end()
    return added
  }

  #take(chunk: Buffer): Promise<void> | void {
    this.#received += chunk.length
    if (this.#part !== undefined && this.#part === this.#rules.parts.at(-1)) return this.#pass(this.#part, chunk)
    // A copy only of what is kept: one of every chunk would need as much memory again for every source.
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    if (this.#part === undefined) this.#begin()
    const passed = this.#part === undefined ? undefined : this.#passHeld(this.#part)
    this.#held = Buffer.from(this.#held)
    return passed
  }

  #begin(): void {
    const [first] = this.#rules.parts
    if (!this.#isBeginning()) {
      if (this.#held.length >= firstLineLimit || this.#held.includes('\n')) throw this.#refusal()
    } else if (this.#held.length >= beginnings[first].length) {
      this.#part = first
    }
  }

  #isBeginning(): boolean {
    const beginning = beginnings[this.#rules.parts[0]]
    const length = Math.min(this.#held.length, beginning.length)
    return this.#held.subarray(0, length).equals(beginning.subarray(0, length))
  }

  /** All that is held, or up to where the border to the next part may begin. */
  #passHeld(part: AnswerPart): Promise<void> | void {
    const held = this.#held
    this.#held = Buffer.alloc(0)
    if (this.#rules.parts.length === 1) return this.#pass(part, held)
    const at = held.indexOf(border)
    if (at === -1) {
      const certain = Math.max(0, held.length - (border.length - 1))
      this.#held = held.subarray(certain)
      return this.#pass('info', held.subarray(0, certain))
    }
    this.#part = 'stat'
    const info = this.#pass('info', held.subarray(0, at + infoEnd))
    const stat = this.#pass('stat', held.subarray(at + infoEnd))
    return info && stat ? Promise.all([info, stat]).then(() => undefined) : (info ?? stat)
  }

  #pass(part: AnswerPart, bytes: Buffer): Promise<void> | void {
    if (bytes.length === 0) return
    if (part === 'info') this.#info.push(bytes)
    else this.#stat.push(bytes)
    return this.#sink.write(part, bytes)
  }

  #refusal(): StatsError {
    return (this.#rules.refusal ?? refusal)(this.#source, this.#held)
  }

  #truncated(part: AnswerPart): StatsError {
    const missing = part === 'info' ? 'show info was complete' : 'show stat began'
    const when = this.#received === 0 ? 'without an answer' : `after ${this.#received} bytes, before ${missing}`
    const details = { source: this.#source, bytes: this.#received }
    return new StatsError('ANSWER_TRUNCATED', `${this.#source} closed the connection ${when}`, details)
  }
}
