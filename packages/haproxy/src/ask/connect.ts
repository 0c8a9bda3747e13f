import net from 'node:net'
import { type Address, reasonOf, StatsError, wait } from '@haproxystats/core'

/** Times in seconds; `retries` -1 for ever, 0 none. */
export interface ConnectOptions {
  readonly timeout: number
  readonly retries: number
  readonly interval: number
}

/** Why connecting fails, and whether another attempt can help. */
const failures: Record<string, { readonly means: string; readonly final?: true }> = {
  ECONNREFUSED: { means: 'nobody listens there' },
  ENOENT: { means: 'there is no such socket' },
  ETIMEDOUT: { means: 'it was not accepted in time' },
  EAGAIN: { means: 'too many connections wait there already; is the process stopped or overloaded?' },
  ENOTFOUND: { means: 'the host name is unknown' },
  EACCES: { means: 'permission denied', final: true },
  EPERM: { means: 'permission denied', final: true },
  EPROTOTYPE: { means: 'it is a datagram socket', final: true },
  ENOTSOCK: { means: 'it is not a socket', final: true },
  EINVAL: { means: 'the path is not one a socket can have', final: true },
  ENAMETOOLONG: { means: 'the path is longer than one of a socket can be', final: true },
}

/** No option allows a loop without any pause, in seconds. */
const shortestInterval = 0.01

/**
 * Connects, again and again as `options` say, until `signal` aborts. Rejects with `SOURCE_CONNECT`, whose details hold
 * the last `errno` and the number of attempts.
 */
export async function connect(
  source: string,
  address: Address,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<net.Socket> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectOnce(address, options.timeout, signal)
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code ?? ''
      const exhausted = options.retries !== -1 && attempt > options.retries
      if (!exhausted && !failures[errno]?.final) await wait(Math.max(options.interval, shortestInterval), signal)
      else throw failure(source, errno, attempt, error)
      if (signal.aborted) throw failure(source, errno, attempt, error)
    }
  }
}

function failure(source: string, errno: string, attempts: number, cause: unknown): StatsError {
  const known = failures[errno]
  const reason = known ? `${known.means} (${errno})` : reasonOf(cause)
  const times = attempts > 1 ? `, ${attempts} attempts` : ''
  const details = { source, errno, attempts }
  return new StatsError('SOURCE_CONNECT', `could not connect to ${source}: ${reason}${times}`, details, cause)
}

/** Rejects with an error of the system, or one of ours with the code `ETIMEDOUT`. */
function connectOnce(address: Address, timeout: number, signal: AbortSignal): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const to = address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }
    const socket = net.connect(to)
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      socket.off('connect', connected)
      settle()
    }
    const fail = (error: Error) => finish(() => reject(error))
    const connected = () => finish(() => resolve(socket))
    const giveUp = () => {
      socket.destroy()
      fail(Object.assign(new Error(`not accepted within ${timeout} s`), { code: 'ETIMEDOUT' }))
    }
    const timer = setTimeout(giveUp, timeout * 1000)
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once('connect', connected)
    // Stays for the life of the socket: an error without a listener would end the program.
    socket.on('error', fail)
    if (signal.aborted) giveUp()
  })
}
