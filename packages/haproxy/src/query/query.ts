import type { Endpoint } from '@haproxystats/core'
import { AnswerChecker, type AnswerRules, type AnswerSink } from './answer-checker.ts'
import type { ConnectOptions } from './connect.ts'
import { type Command, exchange } from './exchange.ts'

/** What a query needs beside the connection. */
export interface QueryOptions extends ConnectOptions {
  /** The longest answer to accept, in bytes. */
  readonly limit: number
  /** Arguments of `show stat` that leave rows out (`selectionFor`). */
  readonly selection?: string
  /** For a statistics page; those in its address have precedence. */
  readonly user?: string
  readonly password?: string
}

/**
 * Queries one HAProxy process, on one connection, for `show info` and `show stat`: both commands on one line are what every
 * release from 1.5 on answers. The answer goes to `sink` while it arrives. Resolves when it was complete; what `sink` got
 * before a rejection is worthless. Rejects with a code `SOURCE_*` or `ANSWER_*`, or with the `StatsError` of `sink`.
 */
export async function queryProcess(
  source: string,
  endpoint: Endpoint,
  sink: AnswerSink,
  options: QueryOptions,
): Promise<{ rows: number }> {
  const line = `show info;show stat${options.selection ?? ''}\n`
  return await queryParts(source, endpoint, { line }, sink, options, { parts: ['info', 'stat'], limit: options.limit })
}

/** One connection for the given parts of an answer. */
export async function queryParts(
  source: string,
  endpoint: Endpoint,
  command: Command,
  sink: AnswerSink,
  options: ConnectOptions,
  rules: AnswerRules,
): Promise<{ rows: number; received: number }> {
  const checker = new AnswerChecker(source, sink, rules)
  await exchange(source, endpoint, command, options, (chunk) => checker.push(chunk))
  await checker.end()
  return checker
}
