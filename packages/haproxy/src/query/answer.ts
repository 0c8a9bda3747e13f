import { StatsError } from '@haproxystats/core'
import { InfoCheck } from './info-check.ts'
import { firstLineLimit, refusal } from './refusal.ts'
import { RowCheck } from './rows.ts'

/** Both commands on one line and one connection: what every release from 1.5 to 3.5 answers, and then closes. */
export const command = commandFor('')

/** With what follows `show stat` to leave rows out (`selectionOf`). */
export function commandFor(selection: string): string {
  return `show info;show stat${selection}\n`
}

export type AnswerPart = 'info' | 'stat'

/** A run of bytes of one part, in the order of the answer. */
export interface AnswerPiece {
  readonly part: AnswerPart
  readonly bytes: Buffer
}

/** What a complete answer consists of; sizes in bytes. */
export interface AnswerSummary {
  readonly info: number
  readonly stat: number
  readonly rows: number
}

const beginning = Buffer.from('Name: ')

/**
 * The empty line that ends `show info`, and how `show stat` begins. An empty line alone is no border, because a quoted
 * value of `show info` (`description`) may hold one.
 */
const border = Buffer.from('\n\n# pxname,')
const infoEnd = 2

/**
 * Takes the answer to `command` in chunks of any size, gives it back in pieces as soon as it is known which part they
 * belong to, and checks it on the way: begins with `Name: `, lines as `InfoCheck` and rows as `RowCheck` wants them, the border
 * between them. Holds back no more than a first line. Whatever the chunks are, pieces and errors are the same.
 */
export class AnswerReader {
  readonly #source: string
  readonly #limit: number
  readonly #lines: InfoCheck
  readonly #rows: RowCheck
  #state: 'beginning' | 'info' | 'stat' = 'beginning'
  #held: Buffer = Buffer.alloc(0)
  #received = 0
  #info = 0

  /** `source` is named in errors; `limit` is the longest answer to accept, in bytes. */
  constructor(source: string, limit: number) {
    this.#source = source
    this.#limit = limit
    this.#lines = new InfoCheck(source)
    this.#rows = new RowCheck(source)
  }

  /** Bytes received so far. */
  get received(): number {
    return this.#received
  }

  /** Throws `SOURCE_REFUSED`, `ANSWER_MALFORMED` or `ANSWER_TOO_LARGE` as soon as it is certain. */
  push(chunk: Buffer): AnswerPiece[] {
    const room = this.#limit - this.#received
    if (chunk.length <= room) return this.#take(chunk)
    this.#take(chunk.subarray(0, room))
    throw new StatsError(
      'ANSWER_TOO_LARGE',
      `the answer of ${this.#source} is longer than answer-limit, ${this.#limit} bytes; raise it if HAProxy really has that many proxies and servers`,
      { source: this.#source, limit: this.#limit },
    )
  }

  /** To be called at the end of file. Throws unless the answer was complete. */
  end(): AnswerSummary {
    if (this.#state === 'beginning' && !this.#maybeAnswer()) throw refusal(this.#source, this.#held)
    if (this.#state !== 'stat') {
      const where = this.#received === 0 ? 'without a word' : `after ${this.#received} bytes, before show stat began`
      throw new StatsError('ANSWER_TRUNCATED', `${this.#source} closed the connection ${where}`, {
        source: this.#source,
        bytes: this.#received,
      })
    }
    this.#rows.end()
    return { info: this.#info, stat: this.#received - this.#info, rows: this.#rows.rows }
  }

  #take(chunk: Buffer): AnswerPiece[] {
    this.#received += chunk.length
    if (this.#state === 'stat') return this.#stat(chunk)
    // Not to have as much memory again for every source: pieces are of the chunk itself, and only what is kept is copied.
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    if (this.#state === 'beginning') this.#begin()
    const pieces = this.#state === 'info' ? this.#splitHeld() : []
    this.#held = Buffer.from(this.#held)
    return pieces
  }

  #begin(): void {
    if (!this.#maybeAnswer()) {
      if (this.#held.length >= firstLineLimit || this.#held.includes('\n')) throw refusal(this.#source, this.#held)
    } else if (this.#held.length >= beginning.length) {
      this.#state = 'info'
    }
  }

  #maybeAnswer(): boolean {
    const length = Math.min(this.#held.length, beginning.length)
    return this.#held.subarray(0, length).equals(beginning.subarray(0, length))
  }

  #splitHeld(): AnswerPiece[] {
    const held = this.#held
    const at = held.indexOf(border)
    if (at === -1) {
      const sure = Math.max(0, held.length - (border.length - 1))
      this.#held = held.subarray(sure)
      return this.#piecesOf(held.subarray(0, sure))
    }
    this.#held = Buffer.alloc(0)
    this.#state = 'stat'
    return [...this.#piecesOf(held.subarray(0, at + infoEnd)), ...this.#stat(held.subarray(at + infoEnd))]
  }

  #piecesOf(info: Buffer): AnswerPiece[] {
    this.#info += info.length
    this.#lines.push(info)
    return info.length === 0 ? [] : [{ part: 'info', bytes: info }]
  }

  #stat(bytes: Buffer): AnswerPiece[] {
    this.#rows.push(bytes)
    return bytes.length === 0 ? [] : [{ part: 'stat', bytes }]
  }
}
