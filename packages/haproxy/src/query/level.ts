import type { Endpoint } from '@haproxystats/core'
import { type AskOptions, converse } from './exchange.ts'

/** What a socket lets whoever asks do, from least to most. */
const levels = ['user', 'operator', 'admin'] as const
export type Level = (typeof levels)[number]

/**
 * The level of a stats socket: `show cli level`, in HAProxy 1.9 and newer. Undefined when it answers something else. Rejects with
 * one of the codes `SOURCE_*` or `ANSWER_*`.
 */
export async function askLevel(source: string, endpoint: Endpoint, options: AskOptions): Promise<Level | undefined> {
  let answer = ''
  await converse(source, endpoint, { line: 'show cli level\n' }, options, {
    received: () => answer.length,
    take: (chunk) => {
      answer = `${answer}${chunk.toString('latin1')}`.slice(0, 100)
    },
  })
  return levels.find((level) => level === answer.trim())
}
