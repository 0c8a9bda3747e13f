import { StatsError } from '@haproxystats/core'
import { parse } from 'csv-parse/sync'

const lineFeed = 0x0a
const quote = 0x22

/**
 * Parses the record of `show stat` that begins at `start` with csv-parse: the reference for the scanner, and what reads
 * every record with a quote in it. Quoted cells may hold commas, doubled quotes and line feeds.
 *
 * @returns the cells without the empty one behind the last comma, and the position behind the record's line feed.
 * @throws ANSWER_MALFORMED when a quote is never closed, or csv-parse refuses the record.
 */
export function parseRecord(bytes: Uint8Array, start: number): { cells: Buffer[]; end: number } {
  let end = start
  let quoted = false
  for (; end < bytes.length; end++) {
    if (bytes[end] === quote) quoted = !quoted
    else if (bytes[end] === lineFeed && !quoted) break
  }
  if (end === bytes.length) throw new StatsError('ANSWER_MALFORMED', 'ends within a quoted cell or a row')
  const cells = parseCells(bytes.subarray(start, end))
  cells.pop()
  return { cells, end: end + 1 }
}

function parseCells(record: Uint8Array): Buffer[] {
  try {
    const records = parse(Buffer.from(record), {
      encoding: null,
      relax_column_count: true,
      record_delimiter: [Buffer.from('\0\0\0')],
    }) as unknown as Buffer[][]
    return records[0] ?? []
  } catch (error) {
    throw new StatsError('ANSWER_MALFORMED', 'has a row with quotes that no CSV parser reads', {}, error)
  }
}
