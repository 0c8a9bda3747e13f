import { StatsError } from '@haproxystats/core'
import { answerLimits } from '../limits.ts'

const beginning = 'Name: '

/**
 * Checks the answer to `show info` in pieces of any size: one answer, and no larger than an HAProxy prints (`answerLimits`).
 * A quoted value may span several lines (`description`), and may hold what looks like another answer. Keeps no more than a
 * line.
 */
export class InfoChecker {
  readonly #source: string
  #line = ''
  #bytes = 0
  #lines = 0
  #quoted = false
  #blank = false

  constructor(source: string) {
    this.#source = source
  }

  /** Whether the last line was empty. */
  get ended(): boolean {
    return this.#blank && this.#line === ''
  }

  /** Throws `ANSWER_TOO_LARGE` or `ANSWER_MALFORMED` at the first line that cannot belong to an answer. */
  push(bytes: Buffer): void {
    const lines = bytes.toString('latin1').split('\n')
    lines[0] = this.#line + lines[0]
    this.#line = lines.pop() as string
    for (const line of lines) this.#take(line)
    this.#bound('has a line', this.#line.length, answerLimits.infoLineBytes, 'bytes')
  }

  #take(line: string): void {
    this.#bytes += line.length + 1
    this.#lines++
    this.#blank = line === ''
    this.#bound('has a line', line.length, answerLimits.infoLineBytes, 'bytes')
    this.#bound('is', this.#bytes, answerLimits.infoBytes, 'bytes')
    this.#bound('is', this.#lines, answerLimits.infoLines, 'lines')
    if (this.#quoted) this.#quoted = !closesQuote(line)
    else if (this.#lines > 1 && line.startsWith(beginning)) throw this.#repeated()
    else this.#quoted = opensQuote(line)
  }

  #bound(what: string, found: number, limit: number, unit: string): void {
    if (found <= limit) return
    const source = this.#source
    const text = `the answer of ${source} to show info ${what} of more than ${limit} ${unit}, which no HAProxy prints; is it a stats socket of HAProxy?`
    throw new StatsError('ANSWER_TOO_LARGE', text, { source, limit })
  }

  #repeated(): StatsError {
    const source = this.#source
    const text = `the answer of ${source} to show info begins again in line ${this.#lines} ("${beginning.trim()}"): two processes answer on one connection, or a proxy repeats the answer`
    return new StatsError('ANSWER_MALFORMED', text, { source, line: this.#lines })
  }
}

/** Whether a line begins a quoted value that continues in the next one. */
function opensQuote(line: string): boolean {
  const value = line.slice(line.indexOf(': ') + 2)
  return line.includes(': "') && value.startsWith('"') && !closesQuote(value.slice(1))
}

/** Whether a line ends with a closing quote; two quotes are a quote within the value. */
function closesQuote(line: string): boolean {
  const quotes = line.length - line.replace(/"+$/, '').length
  return quotes % 2 === 1
}
