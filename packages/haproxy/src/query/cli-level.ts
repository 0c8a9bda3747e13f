import { type Endpoint, StatsError } from '@haproxystats/core'
import type { ConnectOptions } from './connect.ts'
import { exchangeText } from './exchange.ts'

/** The levels of a stats socket, from least to most. */
const levels = ['user', 'operator', 'admin'] as const
export type Level = (typeof levels)[number]

/**
 * The level of a stats socket: `show cli level`, in HAProxy 1.9 and newer. Undefined for another answer. Rejects with a code
 * `SOURCE_*` or `ANSWER_*`.
 */
export async function queryLevel(
  source: string,
  endpoint: Endpoint,
  options: ConnectOptions,
): Promise<Level | undefined> {
  const tooLong = () => new StatsError('ANSWER_TOO_LARGE', `${source} has a long answer to show cli level`, { source })
  const command = { line: 'show cli level\n' }
  const answer = await exchangeText(source, endpoint, command, options, { limit: 4096, tooLong })
  return levels.find((level) => level === answer.trim())
}
