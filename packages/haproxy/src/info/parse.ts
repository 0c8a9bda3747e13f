import { StatsError } from '@haproxystats/core'

/** The lines of one answer to `show info`, by name, as printed. */
export type Info = ReadonlyMap<string, string>

/**
 * Parses `show info`: `Name: value` lines up to an empty line. Names may hold spaces (`Unstoppable Jobs`). Since HAProxy
 * 1.7 text values are quoted as in CSV when they need it; 1.5 and 1.6 print them raw, so a lone quote is kept.
 *
 * @param bytes one whole answer.
 * @throws ANSWER_MALFORMED when it does not begin with `Name: ` or does not end with an empty line.
 */
export function parseInfo(bytes: Uint8Array): Info {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  if (!text.startsWith('Name: ')) {
    throw new StatsError('ANSWER_MALFORMED', 'does not begin with "Name: " as the answer to show info does')
  }
  if (!text.endsWith('\n\n')) throw new StatsError('ANSWER_MALFORMED', 'does not end with an empty line')
  const info = new Map<string, string>()
  for (const line of text.slice(0, -2).split('\n')) {
    const border = line.indexOf(': ')
    if (border > 0 && !info.has(line.slice(0, border))) info.set(line.slice(0, border), unquote(line.slice(border + 2)))
  }
  return info
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replaceAll('""', '"')
    : value
}

const decimal = /^-?[0-9]+(\.[0-9]+)?$/

/**
 * The number that `show info` prints for `name`: decimal, or hexadecimal with `0x` (`Tainted`); NaN when the line is
 * absent, empty or text. Beyond 2^53 the nearest double.
 */
export function infoNumber(info: Info, name: string): number {
  const value = info.get(name)
  if (value === undefined) return Number.NaN
  return decimal.test(value) || /^0x[0-9a-fA-F]+$/.test(value) ? Number(value) : Number.NaN
}
