import { logOptions, type Section, type ValuesOfSections } from '@haproxystats/core'
import { pullChecks } from './option-checks.ts'

const pull = {
  summary: 'Which HAProxy processes to read, how often, and where snapshots go.',
  program: 'haproxystats-pull',
  needs: 'haproxystats-pull needs a source: socket-dir or servers in [pull].',
  checks: pullChecks,
  retired: { retry: 'write retries instead' },
  options: {
    ...logOptions,
    'socket-dir': {
      kind: 'path',
      example: '/run/haproxy',
      summary:
        'A directory with the stats sockets of HAProxy; every socket in it is a source, and the directory is read again at every pull. Several sockets of one process count once, and a socket that is no stats socket (of a master, of a frontend) is left out; both are logged.',
    },
    servers: {
      kind: 'addresses',
      example: 'unix:///run/haproxy/admin.sock, tcp://127.0.0.1:1936, tcp://[::1]:1936',
      summary:
        'Sources by address, separated by commas; in addition to those of socket-dir. tcp+tls:// is a stats socket behind TLS; http://host:port/path, https:// and http+unix:///socket:/path are statistics pages, which have no show info; master:///socket is the socket of a master process (-S), whose workers are all read, those of past reloads too. Addresses of one process count once, by the first that is named, or as a worker of its master; only a statistics page does not tell its process, so name none of a process that is read otherwise.',
    },
    retries: {
      kind: 'integer',
      min: -1,
      default: '1',
      summary: 'How often to connect again to a source that could not be connected to; -1 for ever, 0 not at all.',
    },
    timeout: {
      kind: 'seconds',
      min: 0.001,
      default: '0.1',
      summary:
        'How long connecting to a source may take; HAProxy accepts within 1 to 2 ms. Time in which haproxystats-pull itself is busy does not count.',
    },
    interval: {
      kind: 'seconds',
      min: 0,
      default: '0.5',
      summary: 'How long to wait before connecting again; about as long as a reload of HAProxy takes.',
    },
    'pull-timeout': {
      kind: 'seconds',
      min: 0,
      default: '2',
      summary:
        'How long one pull may wait for all sources; it always ends before the next begins, so as long as pull-interval or 0 is no limit of its own. Time in which haproxystats-pull itself is busy does not count.',
    },
    'pull-interval': {
      kind: 'seconds',
      min: 1,
      whole: true,
      default: '10',
      summary: 'Time from one pull to the next; a whole number, because a snapshot is named by its second.',
    },
    'buffer-limit': {
      kind: 'bytes',
      min: 1,
      default: '6291456',
      summary:
        'How much of an answer is buffered at most. When all answers together fill 2 MB, reading goes on as they are written. It does not limit how long an answer may be.',
    },
    'answer-limit': {
      kind: 'bytes',
      min: 1024,
      default: '67108864',
      since: '1.0.0',
      summary:
        'The longest answer to accept from one source; a longer one is an error and makes the snapshot incomplete.',
    },
    'dst-dir': {
      kind: 'path',
      default: '${paths:base-dir}/incoming',
      summary: 'The queue: complete snapshots, one directory each.',
    },
    'tmp-dst-dir': {
      kind: 'path',
      default: '${paths:base-dir}/incoming.tmp',
      summary: 'Where snapshots are written before they are renamed into dst-dir; on the same file system.',
    },
    workers: {
      kind: 'integer',
      min: 1,
      max: 1024,
      default: '8',
      summary: 'How many files are written at a time.',
    },
    'queue-size': {
      kind: 'integer',
      min: 1,
      default: '360',
      summary:
        'When dst-dir holds this many snapshots, the queue is full: see queue-full. While haproxystats-process runs it never is: an output that is down or too slow loses snapshots before, see backlog.',
    },
    'queue-full': {
      kind: 'choice',
      choices: ['suspend', 'drop-oldest'],
      default: 'suspend',
      since: '1.0.0',
      summary:
        'What to do when the queue is full, because haproxystats-process does not run: suspend pulls nothing until there is room, so the newest is missing; drop-oldest removes the oldest snapshot for each new one, so the oldest is lost. Both are counted and logged. What an output loses follows it unless the output has a backlog-full of its own.',
    },
    'on-failure': {
      kind: 'choice',
      choices: ['discard', 'partial'],
      default: 'discard',
      since: '1.0.0',
      summary:
        'What outputs get of a snapshot when a source does not answer. It is always published, marked incomplete: the page, CSV, the API and /metrics show what answered and name what did not. discard leaves it out of Graphite and local-store, so no sum there is over fewer processes than there are; partial sends it, and haproxystats.Complete is 0. The option incomplete of an output comes first.',
    },
    'stale-after': {
      kind: 'seconds',
      min: 0,
      default: '900',
      since: '1.0.0',
      summary:
        'How long a socket of socket-dir that answered before and refuses connections now counts as a source that failed, because its process has died; then it counts as left behind by a process that is gone, as a socket that never answered does at once. It is kept over restarts. 0: at once.',
    },
    'leave-out': {
      kind: 'words',
      choices: ['listeners', 'servers', 'maint', 'down'],
      example: 'listeners maint',
      since: '1.0.0',
      summary:
        'What HAProxy need not print, to spare it and the network: listeners (of "option socket-stats", which are not sent anyway), servers, servers in maintenance (maint), or all servers and backends that are down; the last two with HAProxy 2.3 and newer. Without servers their counts (TotalServers and those of server-state-metrics) are not sent. It does not concern statistics pages, whose address may end in ;up or ;no-maint.',
    },
    counters: {
      kind: 'choice',
      choices: ['raw', 'monotonic'],
      default: 'raw',
      since: '1.0.0',
      summary:
        'What Graphite and [local-store] get of counters when a process is restarted, reloaded or ends: raw sums the running processes, so totals fall; monotonic adds what a process had counted when it was read for the last time, so they do not fall. What two processes tell of one counter (stats-file, shm-stats-file) is counted once with either. [http] always serves monotonic counters, because Prometheus takes a counter that falls for a restart of everything; so with monotonic or a section [http] they are kept in base-dir, which costs about 0.6 s of CPU time a snapshot and 60 MB of memory with 48,000 rows.',
    },
    fsync: {
      kind: 'boolean',
      default: 'true',
      since: '1.0.0',
      summary:
        'Whether a snapshot is on the disk before it is published. It costs about 75 ms for 16 files, beside the reading; without it a power cut leaves snapshots that are missing or empty.',
    },
    'http-user': {
      kind: 'text',
      example: 'monitoring',
      since: '1.0.0',
      summary: 'The user for all statistics pages whose address names none.',
    },
    'http-password-file': {
      kind: 'path',
      example: '/etc/haproxystats.password',
      since: '1.0.0',
      summary:
        'A file with the password of http-user, in its first line; others must not be able to read it. It is read again when it changes.',
    },
    'tls-ca-file': {
      kind: 'path',
      example: '/etc/ssl/certs/internal-ca.pem',
      since: '1.0.0',
      summary:
        'Certificates (PEM) of whoever may vouch for a source behind TLS, instead of those that Node.js comes with.',
    },
    'tls-certificate-file': {
      kind: 'path',
      example: '/etc/haproxystats/client.pem',
      since: '1.0.0',
      summary: 'The client certificate (PEM) for sources that ask for one; it may hold the key too.',
    },
    'tls-key-file': {
      kind: 'path',
      example: '/etc/haproxystats/client.key',
      since: '1.0.0',
      summary: 'The key (PEM) of the client certificate; others must not be able to read it.',
    },
    'tls-server-name': {
      kind: 'host',
      example: 'lb1.example.com',
      since: '1.0.0',
      summary:
        'The name that the certificates of all sources behind TLS must have, instead of the host of the address.',
    },
    'tls-insecure': {
      kind: 'boolean',
      default: 'false',
      since: '1.0.0',
      summary:
        'Takes any certificate of a source behind TLS, so that anybody between could answer in its place, and learn the password.',
    },
  },
} as const satisfies Section

/** The sections of haproxystats-pull, which haproxystats-process reads too. */
export const pullSections = { pull }

declare module '@haproxystats/core' {
  interface Configuration extends ValuesOfSections<typeof pullSections> {}
}
