import { createRequire } from 'node:module'
import { StatsError } from '@haproxystats/core/snapshot'
import type { parse as Parse } from 'csv-parse/sync'
import { answerLimits } from '../limits.ts'

const lineFeed = 0x0a
const comma = 0x2c
const quote = 0x22

/**
 * Parses the record of `show stat` that begins at `start` with csv-parse: the reference for the scanner, and what reads
 * every record with a quote in it. Quoted cells may hold commas, doubled quotes and line feeds.
 *
 * @returns the cells without the empty one behind the last comma, and the position behind the record's line feed.
 * @throws ANSWER_MALFORMED when a quote is never closed, the last comma is missing, a cell is longer than any that HAProxy prints, or
 *   csv-parse refuses the record.
 */
export function parseRecord(bytes: Uint8Array, start: number): { cells: Buffer[]; end: number } {
  const end = endOfRecord(bytes, start)
  if (bytes[end - 1] !== comma) throw new StatsError('ANSWER_MALFORMED', 'has a row without a comma at its end')
  const cells = parseCells(bytes.subarray(start, end))
  cells.pop()
  return { cells, end: end + 1 }
}

/** Only a quote that begins a cell opens it; within, two are one. */
function endOfRecord(bytes: Uint8Array, start: number): number {
  let quoted = false
  let mayOpen = true
  let cellStart = start
  for (let position = start; position < bytes.length; position++) {
    const byte = bytes[position]
    if (position - cellStart > answerLimits.cellBytes) {
      throw new StatsError(
        'ANSWER_MALFORMED',
        `has a quoted row with a cell of more than ${answerLimits.cellBytes} bytes`,
      )
    }
    if (byte === comma && !quoted) cellStart = position + 1
    if (quoted) {
      quoted = byte !== quote
      mayOpen = !quoted
    } else if (byte === lineFeed) return position
    else if (byte === quote && mayOpen) quoted = true
    else mayOpen = byte === comma
  }
  throw new StatsError('ANSWER_MALFORMED', 'ends within a quoted cell or a row')
}

const require = createRequire(import.meta.url)
let parse: typeof Parse | undefined

function parseCells(record: Uint8Array): Buffer[] {
  // Loaded by the first that needs it: most answers have no quote, and every program and worker would start 15 ms later.
  parse ??= (require('csv-parse/sync') as { parse: typeof Parse }).parse
  try {
    const records = parse(Buffer.from(record), {
      encoding: null,
      relax_column_count: true,
      record_delimiter: [Buffer.from('\n')],
    }) as unknown as Buffer[][]
    return records[0] ?? []
  } catch (error) {
    throw new StatsError('ANSWER_MALFORMED', 'has a row with quotes that no CSV parser reads', {}, error)
  }
}
