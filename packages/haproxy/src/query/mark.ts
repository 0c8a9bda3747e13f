import { type Endpoint, StatsError } from '@haproxystats/core'
import { type AskOptions, converse, type Words } from './exchange.ts'
import { firstLineLimit, refusal } from './refusal.ts'

/** What tells a process from others of the same number and start, as two containers may have. */
export interface ProcessMark {
  readonly pid: number
  /** Connections that it has taken since its start, the one of this question among them (`CumConns`). */
  readonly connections: number
  /**
   * Where its memory pools are, as `show pools` prints it since HAProxy 2.0: the kernel places them at random for each
   * process (address space layout randomization). Empty in older releases.
   */
  readonly addresses: string
}

/** In bytes; `show info` and `show pools` of HAProxy 3.5 together have 11,000. */
const largest = 1024 ** 2

/**
 * Asks a process for its mark; a `worker` of a master with a connection for each command, because the master's prefix
 * holds for one. Level `user` is enough. Rejects with one of the codes `SOURCE_*` or `ANSWER_*`.
 */
export async function askMark(
  source: string,
  { endpoint, worker }: { readonly endpoint: Endpoint; readonly worker?: number | undefined },
  options: Omit<AskOptions, 'limit'>,
): Promise<ProcessMark> {
  const ask = (words: Words) => textOf(source, endpoint, words, options)
  if (worker === undefined) return markIn(source, await ask({ line: 'show info;show pools\n' }))
  const info = await ask({ line: `@!${worker} show info\n`, last: true })
  return markIn(source, `${info}${await ask({ line: `@!${worker} show pools\n`, last: true })}`)
}

async function textOf(
  source: string,
  endpoint: Endpoint,
  words: Words,
  options: Omit<AskOptions, 'limit'>,
): Promise<string> {
  let text = ''
  await converse(
    source,
    endpoint,
    words,
    { ...options, limit: largest },
    {
      received: () => text.length,
      take: (chunk) => {
        text += chunk.toString('latin1')
        if (text.length > largest) throw refusal(source, Buffer.from(text.slice(0, firstLineLimit), 'latin1'))
      },
    },
  )
  return text
}

function markIn(source: string, text: string): ProcessMark {
  if (text !== '' && !text.startsWith('Name: ')) throw refusal(source, Buffer.from(text, 'latin1'))
  const [pid, connections] = ['Pid', 'CumConns'].map((name) => new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1])
  if (pid === undefined || connections === undefined || !text.endsWith('\n')) {
    const message = `${source} closed the connection after ${text.length} bytes, before its answer to show info was complete`
    throw new StatsError('ANSWER_TRUNCATED', message, { source, bytes: text.length })
  }
  const addresses = [...text.matchAll(/@(0x[0-9a-f]+)/g)].map(([, address]) => address)
  return { pid: Number(pid), connections: Number(connections), addresses: addresses.join(' ') }
}
