import { StatsError } from '@haproxystats/core'
import { answerLimits } from '../limits.ts'

const beginning = 'Name: '

/**
 * Checks the answer to `show info` while it passes by, in pieces of any size: one answer, and no more of it than an HAProxy
 * prints. A quoted value may go on over several lines (`description`), and may hold what looks like another answer. Keeps no
 * more than a line.
 */
export class InfoCheck {
  readonly #source: string
  #line = ''
  #bytes = 0
  #lines = 0
  #quoted = false

  constructor(source: string) {
    this.#source = source
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
    this.#bound('has a line', line.length, answerLimits.infoLineBytes, 'bytes')
    this.#bound('is', this.#bytes, answerLimits.infoBytes, 'bytes')
    this.#bound('is', this.#lines, answerLimits.infoLines, 'lines')
    if (this.#quoted) this.#quoted = !closes(line)
    else if (this.#lines > 1 && line.startsWith(beginning)) throw this.#twice()
    else this.#quoted = opens(line)
  }

  #bound(what: string, found: number, limit: number, unit: string): void {
    if (found <= limit) return
    const source = this.#source
    const text = `the answer of ${source} to show info ${what} of more than ${limit} ${unit}, which no HAProxy prints; does something else answer there?`
    throw new StatsError('ANSWER_TOO_LARGE', text, { source, limit })
  }

  #twice(): StatsError {
    const source = this.#source
    const text = `the answer of ${source} to show info begins again in line ${this.#lines} ("${beginning.trim()}"): two processes answer as one, or something between repeats it`
    return new StatsError('ANSWER_MALFORMED', text, { source, line: this.#lines })
  }
}

/** Whether a line begins a quoted value that goes on in the next one. */
function opens(line: string): boolean {
  const value = line.slice(line.indexOf(': ') + 2)
  return line.includes(': "') && value.startsWith('"') && !closes(value.slice(1))
}

/** Whether a quote ends the line; two are one within a quoted value. */
function closes(line: string): boolean {
  const quotes = line.length - line.replace(/"+$/, '').length
  return quotes % 2 === 1
}
