import type { Endpoint } from '@haproxystats/core'
import { type AnswerPart, AnswerReader, type AnswerSummary, commandFor } from './answer.ts'
import { type AskOptions, converse } from './exchange.ts'

/**
 * Where an answer goes while it is read. Nothing more is read from the source until `write` has resolved; it rejects with a
 * `StatsError`. What it keeps of `bytes` it must have copied when it returns.
 */
export interface AnswerSink {
  write(part: AnswerPart, bytes: Buffer): Promise<void> | void
}

/** When everything has been written; nothing when nothing has to be waited for. */
export function written(writes: readonly (Promise<void> | void)[]): Promise<void> | void {
  const pending = writes.filter((write) => write !== undefined)
  if (pending.length > 0) return Promise.all(pending).then(() => undefined)
}

/**
 * Asks one HAProxy process, on one connection, for `show info` and `show stat`, and hands the answer on while it comes.
 * Resolves when the answer was complete; what `sink` got before a rejection is worth nothing. Rejects with one of the
 * codes `SOURCE_*` or `ANSWER_*`, or with the `StatsError` that `sink` threw.
 */
export async function ask(
  source: string,
  endpoint: Endpoint,
  sink: AnswerSink,
  options: AskOptions,
): Promise<AnswerSummary> {
  const reader = new AnswerReader(source, options.limit)
  const words = { line: commandFor(options.selection ?? '') }
  await converse(source, endpoint, words, options, {
    received: () => reader.received,
    take: (chunk) => written(reader.push(chunk).map(({ part, bytes }) => sink.write(part, bytes))),
  })
  return reader.end()
}
