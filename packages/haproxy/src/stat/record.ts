import { createRequire } from 'node:module'
import { StatsError } from '@haproxystats/core/snapshot'
import type { Options, parse as Parse } from 'csv-parse/sync'
import { answerLimits } from '../limits.ts'

const lineFeed = 0x0a

const require = createRequire(import.meta.url)
let parse: typeof Parse | undefined

/** One record, in bytes, and where it ends; a row without quotes may be of another width than the one before. */
const options: Options = {
  to: 1,
  info: true,
  encoding: null,
  relax_column_count: true,
  record_delimiter: [Buffer.from('\n')],
  max_record_size: answerLimits.cellBytes,
}

/**
 * Parses the row of `show stat` that begins at `start` with csv-parse, as every row with a quoted cell is. Quoted cells may hold
 * commas, doubled quotes and line feeds.
 *
 * @returns the cells without the empty one behind the last comma, and the position behind the line feed of the row.
 * @throws ANSWER_MALFORMED when a quote is never closed, the last comma is missing, the row is longer than any that HAProxy prints,
 *   or csv-parse refuses it.
 */
export function parseRecord(bytes: Uint8Array, start: number): { cells: Buffer[]; end: number } {
  // Loaded by the first that needs it: most answers have no quote, and every program and worker would start 15 ms later.
  parse ??= (require('csv-parse/sync') as { parse: typeof Parse }).parse
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start)
  let found: { record: Buffer[]; info: { bytes: number } } | undefined
  try {
    found = (parse(rest, options) as unknown as [typeof found])[0]
  } catch (error) {
    throw malformed((error as { code?: string }).code, error)
  }
  const { record: cells, info } = found ?? { record: [], info: { bytes: 0 } }
  const end = start + info.bytes
  if (info.bytes === 0 || bytes[end - 1] !== lineFeed) throw malformed('CSV_QUOTE_NOT_CLOSED')
  if (cells.some(({ length }) => length > answerLimits.cellBytes)) throw malformed('CSV_MAX_RECORD_SIZE')
  if (cells.pop()?.length !== 0) throw new StatsError('ANSWER_MALFORMED', 'has a row without a comma at its end')
  return { cells, end }
}

function malformed(code: string | undefined, cause?: unknown): StatsError {
  const texts: Readonly<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: 'ends within a quoted cell or a row',
    CSV_MAX_RECORD_SIZE: `has a quoted row with a cell of more than ${answerLimits.cellBytes} bytes`,
  }
  return new StatsError(
    'ANSWER_MALFORMED',
    texts[code ?? ''] ?? 'has a row with quotes that no CSV parser reads',
    {},
    cause,
  )
}
