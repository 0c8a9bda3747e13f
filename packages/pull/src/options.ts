import { logOptions, option, type Section, type ValuesOfSections } from '@haproxystats/core'
import { pullChecks } from './option-checks.ts'

const pull = {
  summary: 'Which HAProxy processes to read, how often, and where to write the snapshots.',
  program: 'haproxystats-pull',
  needs: 'haproxystats-pull needs a source: socket-dir or servers in [pull].',
  checks: pullChecks,
  retired: { retry: 'write retries instead' },
  options: {
    ...logOptions,
    'socket-dir': option.path(
      'Directory of the stats sockets of HAProxy. Every socket in it is a source; the directory is read again at every pull. Several sockets of one process count once, and a socket that is not a stats socket (of a master, of a frontend) is skipped; both are logged.',
      { example: '/run/haproxy' },
    ),
    servers: option.addresses(
      'Addresses of sources, separated by commas, in addition to those of socket-dir. tcp+tls:// is a stats socket behind TLS. http://host:port/path, https:// and http+unix:///socket:/path are statistics pages, which have no show info. master:///socket is the socket of a master process (-S); all its workers are read, including those of earlier reloads. Several addresses of one process count once: by the first one listed, or as a worker of its master. A statistics page does not identify its process, so list no page of a process that is also read otherwise.',
      { example: 'unix:///run/haproxy/admin.sock, tcp://127.0.0.1:1936, tcp://[::1]:1936' },
    ),
    retries: option.integer('How many times to retry connecting to a source after a failure; -1: without limit, 0: never.', { min: -1, default: '1' }),
    timeout: option.seconds('Timeout for connecting to a source; HAProxy accepts within 1 to 2 ms. Time during which haproxystats-pull itself is busy does not count.', { min: 0.001, default: '0.1' }),
    interval: option.seconds('Delay before connecting is retried; about as long as a reload of HAProxy takes.', {
      min: 0,
      default: '0.5',
    }),
    'pull-timeout': option.seconds(
      'Time limit for one pull of all sources. A pull always ends before the next one begins, so 0, or the value of pull-interval, adds no limit. Time during which haproxystats-pull itself is busy does not count.',
      { min: 0, default: '2' },
    ),
    'pull-interval': option.seconds('Time from one pull to the next; a whole number, because a snapshot is named by its second.', { min: 1, whole: true, default: '10' }),
    'buffer-limit': option.bytes('How much of one answer is buffered in memory at most. When all buffered answers together reach 2 MB, reading waits for writing. This does not limit the size of an answer; see answer-limit.', {
      min: 1,
      default: '6291456',
    }),
    'answer-limit': option.bytes('Maximum size of an answer from one source. A larger answer is an error and makes the snapshot incomplete.', { min: 1024, default: '67108864', since: '1.0.0' }),
    'dst-dir': option.path('The queue directory, with one subdirectory for each complete snapshot.', {
      default: '${paths:base-dir}/incoming',
    }),
    'tmp-dst-dir': option.path('Directory in which snapshots are written before they are renamed into dst-dir; both must be on one file system.', { default: '${paths:base-dir}/incoming.tmp' }),
    workers: option.integer('How many files are written at the same time.', { min: 1, max: 1024, default: '8' }),
    'queue-size': option.integer(
      'Maximum number of snapshots in dst-dir. With that many the queue is full, see queue-full. This happens only while haproxystats-process is not running: while it runs, an output that is down or too slow loses snapshots before, see backlog.',
      { min: 1, default: '360' },
    ),
    'queue-full': option.choice(
      'What to do when the queue is full because haproxystats-process is not running: suspend stops pulling until there is room, so the newest snapshots are missing; drop-oldest removes the oldest snapshot for each new one. Both are counted and logged. Outputs without a backlog-full of their own follow this setting.',
      { choices: ['suspend', 'drop-oldest'], default: 'suspend', since: '1.0.0' },
    ),
    'on-failure': option.choice(
      'What outputs do with a snapshot in which a source did not answer. Such a snapshot is always published, marked as incomplete: the page, CSV, the API and /metrics show what answered and name what did not. discard keeps it out of Graphite and local-store, so that no total there covers fewer processes than there are; partial sends it, with haproxystats.Complete 0. The option incomplete of an output overrides this.',
      { choices: ['discard', 'partial'], default: 'discard', since: '1.0.0' },
    ),
    'stale-after': option.seconds(
      'How long a socket of socket-dir that answered before and now refuses connections counts as a failed source, because its process has died. After that it counts as left behind by a process that is gone, as a socket that never answered does at once. The time is kept across restarts. 0: at once.',
      { min: 0, default: '900', since: '1.0.0' },
    ),
    'leave-out': option.words(
      'What HAProxy does not need to print, which saves CPU time of HAProxy and traffic: listeners (of "option socket-stats", which are never sent to outputs), servers, servers in maintenance (maint), or all servers and backends that are down (down); maint and down need HAProxy 2.3 or newer. Without servers, their counts (TotalServers and those of server-state-metrics) are not sent. Does not apply to statistics pages, whose address may end in ;up or ;no-maint.',
      { choices: ['listeners', 'servers', 'maint', 'down'], example: 'listeners maint', since: '1.0.0' },
    ),
    counters: option.choice(
      'How counters in Graphite and [local-store] behave when a process is restarted, reloaded or ends. raw sums the running processes, so totals drop after a reload. monotonic adds the last known counters of ended processes, so totals do not drop. A counter that two processes report (stats-file, shm-stats-file) is counted once in either case. [http] always serves monotonic counters, because Prometheus takes a counter that drops for a restart of everything. With monotonic, or with a section [http], counters are kept in base-dir, which costs about 0.3 s of CPU time per snapshot and 70 MB of memory with 48,000 rows.',
      { choices: ['raw', 'monotonic'], default: 'raw', since: '1.0.0' },
    ),
    fsync: option.boolean('Whether a snapshot is synced to disk before it is published. This takes about 75 ms for 16 files, in addition to the reading. Without it, snapshots can be missing or empty after a power cut.', {
      default: 'true',
      since: '1.0.0',
    }),
    'http-user': option.text('User name for all statistics pages whose address contains none.', {
      example: 'monitoring',
      since: '1.0.0',
    }),
    'http-password-file': option.path('File with the password of http-user in its first line; it must not be readable by others. It is read again when it changes.', { example: '/etc/haproxystats.password', since: '1.0.0' }),
    'tls-ca-file': option.path('PEM file of the CA certificates that verify TLS sources, instead of those that come with Node.js.', { example: '/etc/ssl/certs/internal-ca.pem', since: '1.0.0' }),
    'tls-certificate-file': option.path('PEM file of the client certificate for sources that require one; it may contain the key too.', { example: '/etc/haproxystats/client.pem', since: '1.0.0' }),
    'tls-key-file': option.path('PEM file of the key of the client certificate; it must not be readable by others.', {
      example: '/etc/haproxystats/client.key',
      since: '1.0.0',
    }),
    'tls-server-name': option.host('Name that the certificates of all TLS sources must have, instead of the host of the address.', { example: 'lb1.example.com', since: '1.0.0' }),
    'tls-insecure': option.boolean('Whether to accept any certificate of a TLS source. Anybody on the network path can then answer for HAProxy, and learn the password.', { default: 'false', since: '1.0.0' }),
  },
} as const satisfies Section

/** The sections of haproxystats-pull, which haproxystats-process reads too. */
export const pullSections = { pull }

declare module '@haproxystats/core' {
  interface Configuration extends ValuesOfSections<typeof pullSections> {}
}
