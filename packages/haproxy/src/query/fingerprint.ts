import type { Endpoint } from '@haproxystats/core'
import type { ConnectOptions } from './connect.ts'
import { type Command, exchangeText, truncatedAnswer } from './exchange.ts'
import { firstLineLimit, refusal } from './refusal.ts'

/** What tells a process from others with the same number and start, as in two containers. */
export interface ProcessFingerprint {
  readonly pid: number
  /** Connections accepted since the start, the one of this query included (`CumConns`). */
  readonly connections: number
  /**
   * Addresses of its memory pools, printed by `show pools` since HAProxy 2.0: the kernel places them at random for each
   * process (address space layout randomization). Empty in older releases.
   */
  readonly addresses: string
}

/** In bytes; `show info` and `show pools` of HAProxy 3.5 together have 11,000. */
const longestAnswer = 1024 ** 2

/**
 * Queries a process for its fingerprint; a `worker` of a master with a connection for each command, because the prefix
 * `@!<pid>` applies to one command. Level `user` is enough. Rejects with a code `SOURCE_*` or `ANSWER_*`.
 */
export async function queryFingerprint(
  source: string,
  endpoint: Endpoint,
  worker: number | undefined,
  options: ConnectOptions,
): Promise<ProcessFingerprint> {
  const refuse = (text: string) => refusal(source, Buffer.from(text.slice(0, firstLineLimit), 'latin1'))
  const send = (command: Command) =>
    exchangeText(source, endpoint, command, options, { limit: longestAnswer, tooLong: refuse })
  const text =
    worker === undefined
      ? await send({ line: 'show info;show pools\n' })
      : (await send({ line: `@!${worker} show info\n`, halfClose: true })) +
        (await send({ line: `@!${worker} show pools\n`, halfClose: true }))
  if (text !== '' && !text.startsWith('Name: ')) throw refuse(text)
  const [pid, connections] = ['Pid', 'CumConns'].map((name) => new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1])
  if (pid === undefined || connections === undefined || !text.endsWith('\n')) {
    throw truncatedAnswer(source, 'show info', text.length)
  }
  const addresses = [...text.matchAll(/@(0x[0-9a-f]+)/g)].map(([, address]) => address)
  return { pid: Number(pid), connections: Number(connections), addresses: addresses.join(' ') }
}
