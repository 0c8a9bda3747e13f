import net from 'node:net'
import tls from 'node:tls'
import { type Endpoint, reasonOf, StatsError, wait } from '@haproxystats/core'
import type { Inbox } from './inbox.ts'
import { startPatience } from './patience.ts'
import { resolveHost } from './resolve.ts'

/** What is needed for a source behind TLS. Without `ca`, what Node.js comes with decides. */
export interface TlsOptions {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
  /** The name that the certificate must have; that of the address without it. */
  readonly serverName?: string
  /** Takes any certificate. */
  readonly insecure: boolean
}

/** Times in seconds; `retries` -1 for ever, 0 none. */
export interface ConnectOptions {
  readonly timeout: number
  readonly retries: number
  readonly interval: number
  readonly tls?: TlsOptions
  /** Told before every attempt but the first. */
  readonly onRetry?: () => void
}

/** Why connecting fails, and whether another attempt can help. */
const failures: Record<string, { readonly means: string; readonly final?: true }> = {
  ECONNREFUSED: { means: 'nobody listens there' },
  ENOENT: { means: 'there is no such socket' },
  ETIMEDOUT: { means: 'it was not accepted in time' },
  EAGAIN: { means: 'too many connections wait there already; is the process stopped or overloaded?' },
  ENOTFOUND: { means: 'the host name is unknown' },
  EAI_AGAIN: { means: 'the host name could not be looked up' },
  EACCES: { means: 'permission denied', final: true },
  EPERM: { means: 'permission denied', final: true },
  EPROTOTYPE: { means: 'it is a datagram socket', final: true },
  ENOTSOCK: { means: 'it is not a socket', final: true },
  EINVAL: { means: 'the path is not one a socket can have', final: true },
  ENAMETOOLONG: { means: 'the path is longer than one of a socket can be', final: true },
}

const unknownAuthority = {
  means: 'nobody we trust vouches for its certificate; name the certificate of who does in tls-ca-file',
  final: true,
} as const

/** Why a connection is no good although it was accepted, by the codes of Node.js and OpenSSL. */
const tlsFailures: Record<string, { readonly means: string; readonly final: true }> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_HAS_EXPIRED: { means: 'its certificate has expired', final: true },
  CERT_NOT_YET_VALID: { means: 'its certificate is not valid yet; is the clock right?', final: true },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    means: 'its certificate is for another name; set tls-server-name to the one it should have',
    final: true,
  },
  ERR_SSL_WRONG_VERSION_NUMBER: { means: 'it does not speak TLS; is "ssl" on its line in haproxy.cfg?', final: true },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { means: 'it does not speak TLS; is "ssl" on its line in haproxy.cfg?', final: true },
}

/** No option allows a loop without any pause, in seconds. */
const shortestInterval = 0.01

/**
 * Connects, again and again as `options` say, until `signal` aborts; each time to all addresses of a name, one after the
 * other, until one accepts. With an `inbox` that is what reads it, unless it is behind TLS. Rejects with `SOURCE_CONNECT`, whose details hold the last `errno` and the number of attempts.
 */
export async function connect(
  source: string,
  endpoint: Endpoint,
  options: ConnectOptions,
  signal: AbortSignal,
  inbox?: Inbox,
): Promise<net.Socket> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectOnce(endpoint, options, signal, inbox)
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code ?? ''
      const exhausted = options.retries !== -1 && attempt > options.retries
      const final = failures[errno]?.final ?? tlsFailures[errno]?.final
      if (!exhausted && !final) await wait(Math.max(options.interval, shortestInterval), signal)
      else throw failure(source, errno, attempt, error)
      if (signal.aborted) throw failure(source, errno, attempt, error)
      options.onRetry?.()
    }
  }
}

function failure(source: string, errno: string, attempts: number, cause: unknown): StatsError {
  const known = failures[errno] ?? tlsFailures[errno]
  const reason = known ? `${known.means} (${errno})` : reasonOf(cause)
  const times = attempts > 1 ? `, ${attempts} attempts` : ''
  const details = { source, errno, attempts }
  return new StatsError('SOURCE_CONNECT', `could not connect to ${source}: ${reason}${times}`, details, cause)
}

async function connectOnce(
  endpoint: Endpoint,
  options: ConnectOptions,
  signal: AbortSignal,
  inbox?: Inbox,
): Promise<net.Socket> {
  const { timeout } = options
  const reads = inbox && { onread: inbox.onread }
  if (endpoint.kind === 'unix')
    return settle(net.connect({ path: endpoint.path, ...reads }), 'connect', timeout, signal)
  const { host, port } = endpoint
  let failed: unknown
  for (const address of await resolveHost(host, timeout, signal)) {
    try {
      const socket = await settle(
        net.connect({ host: address, port, ...(!endpoint.tls && reads) }),
        'connect',
        timeout,
        signal,
      )
      return endpoint.tls ? await secured(socket, host, options.tls, signal) : socket
    } catch (error) {
      failed = error
    }
    if (signal.aborted) break
  }
  throw failed
}

/** The handshake has all the time that is left, since it is work for HAProxy and not only for the kernel. */
function secured(
  socket: net.Socket,
  host: string,
  { ca, cert, key = cert, serverName = host, insecure }: TlsOptions = { insecure: false },
  signal: AbortSignal,
): Promise<net.Socket> {
  const wrapped = tls.connect({
    socket,
    ...(ca && { ca }),
    ...(cert && { cert, key }),
    ...(net.isIP(serverName) === 0 && { servername: serverName }),
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(serverName, certificate),
    rejectUnauthorized: !insecure,
  })
  return settle(wrapped, 'secureConnect', undefined, signal)
}

/**
 * Resolves with the socket at the event. Rejects with an error of the system, or one of ours with the code `ETIMEDOUT`; the
 * socket is gone then.
 */
function settle<Socket extends net.Socket>(
  socket: Socket,
  event: string,
  timeout: number | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const finish = (conclude: () => void) => {
      endWaiting()
      signal.removeEventListener('abort', giveUp)
      socket.off(event, connected)
      conclude()
    }
    const fail = (error: Error) =>
      finish(() => {
        socket.destroy()
        reject(error)
      })
    const connected = () => finish(() => resolve(socket))
    const giveUp = () => {
      const within = timeout === undefined ? 'in time' : `within ${timeout} s`
      fail(Object.assign(new Error(`not accepted ${within}`), { code: 'ETIMEDOUT' }))
    }
    const endWaiting = timeout === undefined ? () => undefined : startPatience({ wait: timeout }, giveUp)
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once(event, connected)
    socket.once('close', () => fail(Object.assign(new Error('closed at once'), { code: 'ECONNRESET' })))
    // Stays for the life of the socket: an error without a listener would end the program.
    socket.on('error', fail)
    if (signal.aborted) giveUp()
  })
}
