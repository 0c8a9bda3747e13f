import { StatsError } from '@haproxystats/core/snapshot'
import { answerLimits } from '../limits.ts'

/** The lines of one answer to `show info`, by name, as printed. */
export type Info = ReadonlyMap<string, string>

/**
 * Parses `show info`: `Name: value` lines up to an empty line. Names may hold spaces (`Unstoppable Jobs`). Since HAProxy
 * 1.7 text values are quoted as in CSV when they need it, and then may hold line feeds (`description`); 1.5 and 1.6 print
 * them raw, so a lone quote is kept.
 *
 * @param bytes one whole answer.
 * @throws ANSWER_MALFORMED when it does not begin with `Name: `, does not end with an empty line, is two answers, or is more
 *   than any HAProxy prints (`answerLimits`).
 */
export function parseInfo(bytes: Uint8Array): Info {
  const { infoBytes, infoLines, infoLineBytes } = answerLimits
  if (bytes.length > infoBytes) throw tooMuch(`${infoBytes} bytes`)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  if (!text.startsWith('Name: ')) {
    throw new StatsError('ANSWER_MALFORMED', 'does not begin with "Name: " as the answer to show info does')
  }
  if (!text.endsWith('\n\n')) throw new StatsError('ANSWER_MALFORMED', 'does not end with an empty line')
  const info = new Map<string, string>()
  let lines = 0
  for (let start = 0, end: number; start < text.length - 1; start = end + 1) {
    end = text.indexOf('\n', start)
    if (end - start > infoLineBytes) throw tooMuch(`${infoLineBytes} bytes in a line`)
    if (++lines > infoLines) throw tooMuch(`${infoLines} lines`)
    const border = text.slice(start, end).indexOf(': ')
    if (border <= 0) continue
    const name = text.slice(start, start + border)
    const from = start + border + 2
    const closing = text[from] === '"' ? closingQuote(text, from + 1) : -1
    const quoted = text[closing + 1] === '\n'
    if (quoted && closing - from > infoLineBytes) throw tooMuch(`${infoLineBytes} bytes in a line`)
    if (quoted) end = closing + 1
    const value = quoted ? text.slice(from + 1, closing).replaceAll('""', '"') : text.slice(from, end)
    if (name === 'Name' && info.has(name)) throw new StatsError('ANSWER_MALFORMED', 'holds two answers to show info')
    if (!info.has(name)) info.set(name, value)
  }
  return info
}

function tooMuch(limit: string): StatsError {
  return new StatsError('ANSWER_MALFORMED', `has more than ${limit}, which no HAProxy prints in show info`)
}

/** Where the quote is that ends a quoted text; two are one within it. -1 without. */
function closingQuote(text: string, start: number): number {
  let position = text.indexOf('"', start)
  while (position >= 0 && text[position + 1] === '"') position = text.indexOf('"', position + 2)
  return position
}

const decimal = /^-?[0-9]+(\.[0-9]+)?$/

/**
 * The number that `show info` prints for `name`: decimal, or hexadecimal with `0x` (`Tainted`); NaN when the line is
 * absent, empty, text, or longer than any number. Beyond 2^53 the nearest double.
 */
export function infoNumber(info: Info, name: string): number {
  const value = info.get(name)
  if (value === undefined || value.length > answerLimits.numberDigits) return Number.NaN
  return decimal.test(value) || /^0x[0-9a-fA-F]+$/.test(value) ? Number(value) : Number.NaN
}

/** Every digit of a whole number beyond 2^53; `undefined` for everything else. */
export function infoInteger(info: Info, name: string): bigint | undefined {
  const value = info.get(name)
  if (value === undefined || value.length < 16 || value.length > answerLimits.numberDigits || !/^[0-9]+$/.test(value))
    return undefined
  return Number(value) > Number.MAX_SAFE_INTEGER ? BigInt(value) : undefined
}
