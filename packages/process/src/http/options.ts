import { type Clash, requires, type Section, type Values } from '@haproxystats/core'

export const http = {
  summary:
    'Serves the numbers of all HAProxy processes as one: a page for people, and the forms of HAProxy, Prometheus and JSON for programs.',
  program: 'haproxystats-process',
  enabledByPresence: true,
  checks: [
    {
      summary: 'A key comes with a certificate.',
      severity: 'mistake',
      check: (values) => requires(values, 'http', 'tls-key-file', 'tls-certificate-file'),
    },
    {
      summary: 'Clients from other machines need a password, which is encrypted on its way.',
      severity: 'warning',
      check: unprotected,
    },
  ],
  options: {
    listen: {
      kind: 'listeners',
      default: '127.0.0.1:8405',
      since: '1.0.0',
      summary:
        'Where to listen: 127.0.0.1:8405, [::1]:8405, *:8405 for every address, or unix:///path; several separated by commas.',
    },
    hosts: {
      kind: 'words',
      since: '1.0.0',
      example: 'stats.example.com',
      summary:
        'Names that clients may ask for (the header Host), besides IP addresses, localhost, the names in listen and those of this machine. Others get 421, so that no page of another site reads the numbers through a browser (DNS rebinding). * allows every name. Not needed with password-file, nor for unix sockets.',
    },
    'socket-mode': {
      kind: 'choice',
      choices: ['600', '660', '666'],
      default: '660',
      since: '1.0.0',
      summary: 'Who may connect to a unix socket of listen: its owner, its group too, or everybody.',
    },
    'password-file': {
      kind: 'path',
      since: '1.0.0',
      example: '/etc/haproxystats.htpasswd',
      summary:
        'Users who may ask, by basic authentication: a line user:hash each, as htpasswd -B writes it. Read again when it changes. Everybody may ask unless it is set.',
    },
    'tls-certificate-file': {
      kind: 'path',
      since: '1.0.0',
      example: '/etc/haproxystats/http.pem',
      summary:
        'The certificate (PEM, with the chain behind it, and the key unless tls-key-file is set) to answer HTTPS with; unset: plain HTTP. Read again when it changes.',
    },
    'tls-key-file': {
      kind: 'path',
      since: '1.0.0',
      example: '/etc/haproxystats/http.key',
      summary: 'The key of tls-certificate-file, where it is a file of its own.',
    },
    'max-connections': {
      kind: 'integer',
      min: 1,
      max: 65_535,
      default: '512',
      since: '1.0.0',
      summary:
        'How many clients may be connected at a time. A further one takes the place of the connection that has been idle for longest; where none is idle, it gets 503, and /health and /ready all the same.',
    },
    'max-connections-per-address': {
      kind: 'integer',
      min: 1,
      max: 65_535,
      since: '1.0.0',
      example: '500',
      summary:
        'How many of them may come from one IPv4 address, or one /64 of IPv6; unix sockets have no such limit. Half of max-connections unless set; a reverse proxy, which is one address, may need more.',
    },
    'thread-memory': {
      kind: 'integer',
      min: 64,
      max: 65_536,
      default: '1024',
      since: '1.0.0',
      summary:
        'How much memory the thread that serves [http] may use for objects, in MiB; one that needs more is replaced, and deliveries go on.',
    },
    'history-memory': {
      kind: 'bytes',
      min: 0,
      max: 4_294_967_296,
      default: '67108864',
      since: '1.0.0',
      summary:
        'How much memory what the page draws may take: the last hour at every snapshot and the last day, coarser when it is not enough. 0 keeps none. It is saved in base-dir, so that a restart loses little.',
    },
  },
} as const satisfies Section

function unprotected(values: Values): Clash | undefined {
  const listen = values.value('http', 'listen')
  if (!Array.isArray(listen)) return undefined
  const reachable = listen.find((address) => !/^(?:unix:|127\.|\[::1\]|localhost:)/.test(address))
  if (reachable === undefined) return undefined
  const at = { section: 'http', option: 'listen' }
  if (!values.given('http', 'password-file')) {
    return { ...at, message: `anybody who reaches ${reachable} may read everything`, hint: 'set password-file' }
  }
  if (values.given('http', 'tls-certificate-file')) return undefined
  return { ...at, message: 'passwords travel in clear text', hint: 'set tls-certificate-file' }
}
