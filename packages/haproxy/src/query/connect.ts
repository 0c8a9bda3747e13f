import net from 'node:net'
import tls from 'node:tls'
import { type Endpoint, reasonOf, StatsError, wait } from '@haproxystats/core'
import { startTimeout } from './deadline.ts'
import { resolveHost } from './resolve.ts'

/** For a source behind TLS. Without `ca`, the CA certificates of Node.js are trusted. */
export interface TlsOptions {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
  /** The name that the certificate must have; the host of the address unless set. */
  readonly serverName?: string
  /** Accepts any certificate. */
  readonly insecure: boolean
}

/** What a connection needs. Times in seconds; `retries` -1 for unlimited, 0 for none. */
export interface ConnectOptions {
  readonly timeout: number
  readonly retries: number
  readonly interval: number
  readonly tls?: TlsOptions
  /** Called before every attempt but the first. */
  readonly onRetry?: () => void
  /** Ends the connection at once; its reason should be a `SOURCE_TIMEOUT` when time is up. */
  readonly signal: AbortSignal
  /**
   * Takes a connection without a complete answer in time, instead of closing it: it closes when something arrives after all,
   * or when the other side closes it.
   */
  readonly keepUnanswered?: (socket: net.Socket) => void
}

interface Failure {
  readonly means: string
  /** Another attempt cannot help. */
  readonly final?: true
}

const unknownCa: Failure = {
  means: "certificate signed by an unknown CA; set tls-ca-file to that CA's certificate",
  final: true,
}
const noTls: Failure = { means: 'no TLS on this port; is "ssl" on its line in haproxy.cfg?', final: true }

/** Why connecting fails, by the codes of the system, Node.js and OpenSSL. */
const failures: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: { means: 'connection refused, nothing listens there' },
  ENOENT: { means: 'no such socket' },
  ETIMEDOUT: { means: 'timeout' },
  EAGAIN: { means: 'listen queue full; is the process stopped or overloaded?' },
  ENOTFOUND: { means: 'unknown host name' },
  EAI_AGAIN: { means: 'host name lookup failed' },
  EACCES: { means: 'permission denied', final: true },
  EPERM: { means: 'permission denied', final: true },
  EPROTOTYPE: { means: 'a datagram socket', final: true },
  ENOTSOCK: { means: 'not a socket', final: true },
  EINVAL: { means: 'not a valid path of a socket', final: true },
  ENAMETOOLONG: { means: 'path too long for a socket', final: true },
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownCa,
  SELF_SIGNED_CERT_IN_CHAIN: unknownCa,
  UNABLE_TO_GET_ISSUER_CERT: unknownCa,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownCa,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownCa,
  CERT_HAS_EXPIRED: { means: 'certificate expired', final: true },
  CERT_NOT_YET_VALID: { means: 'certificate not yet valid; is the clock right?', final: true },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    means: 'certificate for another name; set tls-server-name to a name in the certificate',
    final: true,
  },
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
}

/** No option allows a loop without any pause, in seconds. */
const shortestInterval = 0.01

/**
 * Connects, with retries, until `signal` aborts; in each attempt to all addresses of a name in turn until one accepts.
 * `onread` reads the connection, unless it is behind TLS. Rejects with `SOURCE_CONNECT`, whose details hold the last `errno`
 * and the number of attempts.
 */
export async function connect(
  source: string,
  endpoint: Endpoint,
  options: ConnectOptions,
  onread?: net.OnReadOpts,
): Promise<net.Socket> {
  const { retries, interval, signal } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectOnce(endpoint, options, onread)
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code ?? ''
      const exhausted = retries !== -1 && attempt > retries
      if (exhausted || failures[errno]?.final) throw failureOf(source, errno, attempt, error)
      await wait(Math.max(interval, shortestInterval), signal)
      if (signal.aborted) throw failureOf(source, errno, attempt, error)
      options.onRetry?.()
    }
  }
}

function failureOf(source: string, errno: string, attempts: number, cause: unknown): StatsError {
  const known = failures[errno]
  const reason = known ? `${known.means} (${errno})` : reasonOf(cause)
  const times = attempts > 1 ? `, ${attempts} attempts` : ''
  const details = { source, errno, attempts }
  return new StatsError('SOURCE_CONNECT', `could not connect to ${source}: ${reason}${times}`, details, cause)
}

async function connectOnce(
  endpoint: Endpoint,
  { timeout, tls: tlsOptions, signal }: ConnectOptions,
  onread?: net.OnReadOpts,
): Promise<net.Socket> {
  const reading = onread && { onread }
  if (endpoint.kind === 'unix') {
    return connected(net.connect({ path: endpoint.path, ...reading }), 'connect', timeout, signal)
  }
  const { host, port } = endpoint
  let failed: unknown
  for (const address of await resolveHost(host, timeout, signal)) {
    try {
      const to = { host: address, port, ...(!endpoint.tls && reading) }
      const socket = await connected(net.connect(to), 'connect', timeout, signal)
      return endpoint.tls ? await secured(socket, host, tlsOptions, signal) : socket
    } catch (error) {
      failed = error
    }
    if (signal.aborted) break
  }
  throw failed
}

/** The handshake has all the time that is left, because HAProxy and not only the kernel works on it. */
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
  return connected(wrapped, 'secureConnect', undefined, signal)
}

/**
 * Resolves with the socket at the event. Destroys it and rejects with an error of the system, or one of ours with the code
 * `ETIMEDOUT`.
 */
function connected<Socket extends net.Socket>(
  socket: Socket,
  event: string,
  timeout: number | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const finish = (conclude: () => void) => {
      stopTimer()
      signal.removeEventListener('abort', giveUp)
      socket.off(event, succeed)
      conclude()
    }
    const fail = (error: Error) =>
      finish(() => {
        socket.destroy()
        reject(error)
      })
    const succeed = () => finish(() => resolve(socket))
    const giveUp = () => {
      const within = timeout === undefined ? 'in time' : `within ${timeout} s`
      fail(Object.assign(new Error(`not accepted ${within}`), { code: 'ETIMEDOUT' }))
    }
    const stopTimer = timeout === undefined ? () => undefined : startTimeout({ seconds: timeout }, giveUp)
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once(event, succeed)
    socket.once('close', () => fail(Object.assign(new Error('closed at once'), { code: 'ECONNRESET' })))
    // Stays for the life of the socket: an error without a listener would end the program.
    socket.on('error', fail)
    if (signal.aborted) giveUp()
  })
}
