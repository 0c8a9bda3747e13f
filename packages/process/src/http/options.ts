import { type Clash, option, requires, type Section, type Values } from '@haproxystats/core'

export const http = {
  summary: 'Serves the merged statistics of all HAProxy processes: a page for people, and the formats of HAProxy, Prometheus and JSON for programs.',
  program: 'haproxystats-process',
  enabledByPresence: true,
  checks: {
    errors: [(values) => requires(values, 'http', 'tls-key-file', 'tls-certificate-file')],
    warnings: [unprotected],
  },
  options: {
    listen: option.listeners('Addresses to listen on: 127.0.0.1:8405, [::1]:8405, *:8405 for all addresses, or unix:///path; several are separated by commas.', { default: '127.0.0.1:8405', since: '1.0.0' }),
    hosts: option.words(
      'Names that clients may use in the Host header, besides IP addresses, localhost, the names in listen and those of this machine. Requests for other names get status 421, so that a page of another site cannot read the statistics through a browser (DNS rebinding). * allows every name. Not needed with password-file, nor for unix sockets.',
      { since: '1.0.0', example: 'stats.example.com' },
    ),
    'socket-mode': option.choice('Mode of the unix sockets in listen: the owner may connect, the group too, or everybody.', { choices: ['600', '660', '666'], default: '660', since: '1.0.0' }),
    'password-file': option.path('File of the users who may read the statistics, by basic authentication: a line user:hash each, as htpasswd -B writes it. It is read again when it changes. Unset: everybody may read them.', {
      since: '1.0.0',
      example: '/etc/haproxystats.htpasswd',
    }),
    'tls-certificate-file': option.path('PEM file of the certificate for HTTPS, with its chain, and with the key unless tls-key-file is set; unset: plain HTTP. It is read again when it changes.', {
      since: '1.0.0',
      example: '/etc/haproxystats/http.pem',
    }),
    'tls-key-file': option.path('PEM file of the key of tls-certificate-file, if that does not contain it.', {
      since: '1.0.0',
      example: '/etc/haproxystats/http.key',
    }),
    'max-connections': option.integer('Maximum number of client connections. A further client replaces the connection that has been idle longest; if none is idle, it gets status 503, except for /health and /ready.', {
      min: 1,
      max: 65_535,
      default: '512',
      since: '1.0.0',
    }),
    'max-connections-per-address': option.integer(
      'Maximum number of connections from one IPv4 address, or one IPv6 /64; unix sockets have no such limit. Unset: half of max-connections. A reverse proxy, which is one address, may need more.',
      { min: 1, max: 65_535, since: '1.0.0', example: '500' },
    ),
    'thread-memory': option.integer('Maximum heap of the thread that serves [http], in MiB. A thread that exceeds it is replaced, and deliveries go on.', { min: 64, max: 65_536, default: '1024', since: '1.0.0' }),
    'history-memory': option.bytes(
      'Maximum memory for the history that the page draws: the last hour at every snapshot, and the last day, coarser if the memory is not enough. 0: no history. It is saved in base-dir, so that a restart loses little.',
      { min: 0, max: 4_294_967_296, default: '67108864', since: '1.0.0' },
    ),
  },
} as const satisfies Section

function unprotected(values: Values): Clash | undefined {
  const listen = values.value('http', 'listen')
  if (!Array.isArray(listen)) return undefined
  const reachable = listen.find((address) => !/^(?:unix:|127\.|\[::1\]|localhost:)/.test(address))
  if (reachable === undefined) return undefined
  const at = { section: 'http', option: 'listen' }
  if (!values.given('http', 'password-file')) {
    return {
      ...at,
      message: `no password: everybody who can reach ${reachable} can read the statistics`,
      hint: 'set password-file',
    }
  }
  if (values.given('http', 'tls-certificate-file')) return undefined
  return { ...at, message: 'no TLS: passwords are sent in clear text', hint: 'set tls-certificate-file' }
}
