import type { Option, Section } from './kinds.ts'

const loglevels = ['debug', 'info', 'warning', 'error', 'critical'] as const

const loglevel = {
  kind: 'choice',
  choices: loglevels,
  inherited: true,
  summary: 'The least severe messages to log.',
} as const

/** What every output has that snapshots wait for. */
const output = {
  backlog: {
    kind: 'integer',
    min: 1,
    example: '100',
    since: '1.0.0',
    summary:
      'How many snapshots may wait for this output; unset: as many as queue-size of [pull] has room for. Beyond that this output alone loses snapshots, which are counted and logged; others are not affected, and pulling goes on.',
  },
  'backlog-full': {
    kind: 'choice',
    choices: ['drop-newest', 'drop-oldest'],
    example: 'drop-oldest',
    since: '1.0.0',
    summary:
      'Which snapshot this output loses when its backlog is full: the newest or the oldest. Unset: the newest with queue-full = suspend in [pull], else the oldest.',
  },
  incomplete: {
    kind: 'choice',
    choices: ['discard', 'deliver'],
    example: 'deliver',
    since: '1.0.0',
    summary:
      'What becomes of a snapshot at this output when a source did not answer: discard leaves it out, so that no sum is over fewer processes than there are; deliver takes what there is, with haproxystats.Complete 0. Unset: discard with on-failure = discard in [pull], else deliver. [http] always shows what there is, and names what is missing.',
  },
} as const satisfies Readonly<Record<string, Option>>

const logFormats = ['auto', 'json', 'text'] as const

const logFormat = {
  kind: 'choice',
  choices: logFormats,
  inherited: true,
  since: '1.0.0',
  summary: 'How lines of the log look.',
} as const

/**
 * Every option of both programs, in the order of the manual. The only list there is: parsing, checking, `-p`, `-P`, the
 * sample configuration and the README's settings chapter are made from it. Times are seconds, sizes bytes.
 */
export const sections = {
  DEFAULT: {
    summary: 'What every other section inherits, unless the section or its own built-in default says otherwise.',
    options: {
      loglevel: {
        kind: 'choice',
        choices: loglevels,
        default: 'info',
        summary:
          'The least severe messages that both programs log. What goes well is summed up once a minute at info; debug has a line for every snapshot.',
      },
      'log-format': {
        kind: 'choice',
        choices: logFormats,
        default: 'auto',
        since: '1.0.0',
        summary:
          'How lines of the log look: json, text for people, or auto, which is text on a terminal and json elsewhere. Where the log goes to the journal of systemd every line has its priority, for journalctl -p warning.',
      },
      retries: {
        kind: 'integer',
        min: -1,
        default: '2',
        summary: 'Kept for files that have it: [pull] and [graphite] have their own default, which comes first.',
      },
      timeout: {
        kind: 'seconds',
        min: 0.001,
        default: '1',
        summary: 'Kept for files that have it: [pull] and [graphite] have their own defaults, which come first.',
      },
      interval: {
        kind: 'seconds',
        min: 0,
        default: '2',
        summary: 'Kept for files that have it: [pull] and [graphite] have their own default, which comes first.',
      },
    },
  },
  paths: {
    summary: 'Where everything is kept.',
    options: {
      'base-dir': {
        kind: 'path',
        default: '/var/lib/haproxystats',
        summary:
          'The directory under which both programs keep their directories and status files. It is made with its parents where it is missing.',
      },
    },
  },
  pull: {
    summary: 'Which HAProxy processes to read, how often, and where snapshots go.',
    program: 'pull',
    options: {
      loglevel,
      'log-format': logFormat,
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
  },
  process: {
    summary: 'Which metrics are made of the snapshots, and with how many threads.',
    program: 'process',
    options: {
      loglevel,
      'log-format': logFormat,
      'src-dir': {
        kind: 'path',
        default: '${paths:base-dir}/incoming',
        summary: 'The queue to consume: the same directory as dst-dir of [pull].',
      },
      workers: { kind: 'integer', min: 1, max: 256, default: '4', summary: 'How many threads process snapshots.' },
      'frontend-metrics': {
        kind: 'words',
        example: 'scur stot bin bout hrsp_5xx',
        summary:
          'The fields of frontends to send, separated by spaces, instead of the default list; default stands for that list, all for every field there is.',
      },
      'backend-metrics': {
        kind: 'words',
        example: 'scur stot bin bout hrsp_5xx act',
        summary:
          'The fields of backends to send, separated by spaces, instead of the default list; default stands for that list, all for every field there is.',
      },
      'server-metrics': {
        kind: 'words',
        example: 'scur stot chkdown rtime',
        summary:
          'The fields of servers to send, separated by spaces, instead of the default list; default stands for that list, all for every field there is.',
      },
      'daemon-metrics': {
        kind: 'words',
        example: 'default Jobs Listeners TotalBytesOut',
        since: '1.0.0',
        summary: 'The lines of show info to send, as for frontends.',
      },
      'aggr-server-metrics': {
        kind: 'boolean',
        default: 'false',
        summary: 'Also send server.<name>.<metric>: servers of one name merged over all backends.',
      },
      'server-state-metrics': {
        kind: 'boolean',
        default: 'false',
        since: '1.0.0',
        summary:
          'Also send, for every backend, how many of its servers are in each state (servers.up, servers.down, …) and ActiveServersPercentage.',
      },
      'skip-servers': {
        kind: 'words',
        example: 'unused maint',
        since: '1.0.0',
        summary:
          'Servers to leave out: unused are those in maintenance that never had a session, as free slots of a server-template; maint are all in maintenance.',
      },
      'server-limit': {
        kind: 'integer',
        min: 0,
        default: '0',
        since: '1.0.0',
        summary:
          'When there are more servers than this, none is sent, only their backends, and haproxystats.ServersDropped tells how many; 0 for no limit.',
      },
      'exclude-frontends': {
        kind: 'path',
        example: '/etc/haproxystats/exclude-frontends',
        summary: 'A file with the frontends to leave out, one name a line; # begins a comment.',
      },
      'exclude-backends': {
        kind: 'path',
        example: '/etc/haproxystats/exclude-backends',
        summary: 'A file with the backends to leave out, with their servers, one name a line; # begins a comment.',
      },
      'per-process-metrics': {
        kind: 'boolean',
        default: 'false',
        summary: 'Also send daemon.process.<id>.<metric> for every HAProxy process.',
      },
      'calculate-percentages': {
        kind: 'boolean',
        default: 'false',
        summary: 'Also send ConnPercentage, ConnRatePercentage, SslRatePercentage and SslConnPercentage.',
      },
      'startup-grace': {
        kind: 'seconds',
        min: 0,
        default: '0',
        since: '1.0.0',
        summary:
          'For how long after its start the averages of a process are left out (qtime, ctime, rtime, ttime, Idle_pct and what is made of them), since they say little at first; 0 for not at all. A statistics page does not tell how old its process is.',
      },
      'liveness-check-interval': {
        kind: 'seconds',
        min: 0.1,
        default: '10',
        summary: 'How often it is checked that the worker threads are alive.',
      },
      'worker-timeout': {
        kind: 'seconds',
        min: 0.1,
        default: '60',
        since: '1.0.0',
        summary:
          'How long a worker may take for one snapshot; one that takes longer is replaced, and the snapshot is tried again in a new worker with more time, up to eight times as much.',
      },
      'worker-memory': {
        kind: 'integer',
        min: 64,
        max: 65536,
        default: '1024',
        since: '1.0.0',
        summary:
          'How much memory a worker may use for objects, in MiB; one that needs more is replaced, and the snapshot is tried again in a new worker.',
      },
      'quarantine-size': {
        kind: 'bytes',
        min: 0,
        default: '104857600',
        since: '1.0.0',
        summary:
          'How much the quarantine may hold, beside the queue; the oldest in it is removed for the newest. It never holds more than 1000 snapshots.',
      },
    },
  },
  graphite: {
    summary:
      'Delivery to Graphite, and the metric paths, which local-store uses too. Without the section nothing is sent to Graphite. A TCP load balancer before the receiver needs "check" for its servers: without it, it takes everything and closes properly although its server is dead. Any number of sections [graphite:name] are destinations too, with or without [graphite], each with a queue, retries and window of its own. What one does not set it takes from [graphite] in the files, then from the defaults below, then from [DEFAULT]; only enabled is not taken from [graphite]. A name has letters, digits, _ and -, at most 64; snapshots in the queue remember it, so one that is renamed gets again what waits there.',
    program: 'process',
    enabledByPresence: true,
    family: {
      list: 'graphites',
      example: ['[graphite:second]', 'server = graphite2.example.com', 'port = 2003'],
    },
    options: {
      enabled: {
        kind: 'boolean',
        default: 'true',
        individual: true,
        since: '1.0.0',
        summary:
          'Whether datapoints are sent to this destination: with false the section only says how metric paths look, and what sections [graphite:name] take from it.',
      },
      server: { kind: 'host', default: '127.0.0.1', summary: 'Host name or address of carbon or a relay.' },
      port: { kind: 'integer', min: 1, max: 65535, default: '3002', summary: 'Its port for the plain text protocol.' },
      retries: {
        kind: 'integer',
        min: -1,
        default: '3',
        summary:
          'How often a failed delivery is repeated before the pause called delay; -1: never pause longer than delay.',
      },
      interval: { kind: 'seconds', min: 0, default: '1.8', summary: 'The wait before the first repetition.' },
      'connect-timeout': { kind: 'seconds', min: 0.001, default: '1', summary: 'How long connecting may take.' },
      'write-timeout': {
        kind: 'seconds',
        min: 0.001,
        default: '1',
        summary:
          'How long sending may stand still before the attempt counts as failed; up to four times as long after it did, should the receiver only be slow.',
      },
      'commit-timeout': {
        kind: 'seconds',
        min: 0.001,
        default: '10',
        since: '1.0.0',
        summary:
          'How long the receiver may take to close the connection after the last byte, which proves that it has read everything; up to four times as long after it did not.',
      },
      delay: {
        kind: 'seconds',
        min: 0,
        default: '10',
        summary:
          'The pause after all repetitions have failed; after a dozen, further pauses grow to six times as long.',
      },
      backoff: {
        kind: 'number',
        min: 1,
        default: '2',
        summary: 'What the wait is multiplied by from one repetition to the next.',
      },
      namespace: {
        kind: 'text',
        default: 'loadbalancers',
        summary: 'What every metric path begins with; dots make levels.',
      },
      'prefix-hostname': {
        kind: 'boolean',
        default: 'true',
        summary: 'Whether the host name follows the namespace in metric paths.',
      },
      fqdn: {
        kind: 'boolean',
        default: 'true',
        summary: 'The whole host name with dots as underscores (true), or what stands before its first dot (false).',
      },
      'queue-size': {
        kind: 'integer',
        min: 1,
        default: '1000000',
        summary:
          'How many datapoints may wait in memory for this destination; what does not fit waits on disk as snapshots.',
      },
      replay: {
        kind: 'seconds',
        min: 0,
        max: 3600,
        default: '0',
        since: '1.0.0',
        summary:
          'After the receiver was seen to die, what it took in so many seconds before is sent again, because it may have held it in memory. It costs duplicates, which a relay that aggregates counts twice; 0 for never.',
      },
      'max-rate': {
        kind: 'integer',
        min: 0,
        default: '0',
        since: '1.0.0',
        summary:
          'How many datapoints a second may be sent while a backlog drains, to spare the receiver; it makes draining slower. 0 for no limit.',
      },
      'group-namespace': {
        kind: 'text',
        example: 'product',
        summary: 'The level under which objects of a group are sent; unset: groups are not used.',
      },
      'group-namespace-double-writes': {
        kind: 'boolean',
        default: 'false',
        summary: 'Whether objects of a group are sent under their usual path too.',
      },
      ...output,
    },
  },
  'frontend-groups': {
    summary: 'Frontends by group: name = regular expression; the first that matches wins.',
    example: 'shop = ^shop-|^cart$',
    program: 'process',
    entries: 'patterns',
    options: {},
  },
  'backend-groups': {
    summary: 'Backends by group: name = regular expression; the first that matches wins.',
    example: 'shop = ^shop-|^cart$',
    program: 'process',
    entries: 'patterns',
    options: {},
  },
  'server-groups': {
    summary: 'Servers by group: name = regular expression; the first that matches wins.',
    example: 'cache = ^(varnish|cache)[0-9]+$',
    program: 'process',
    entries: 'patterns',
    options: {},
  },
  'local-store': {
    summary: 'Writes the datapoints of every snapshot to a file, <dir>/<timestamp>/stats. Nothing removes them.',
    program: 'process',
    enabledByPresence: true,
    options: {
      dir: {
        kind: 'path',
        default: '/var/lib/haproxystats/local-store',
        summary: 'Where the files go.',
      },
      ...output,
    },
  },
  http: {
    summary:
      'Serves the numbers of all HAProxy processes as one: a page for people, and the forms of HAProxy, Prometheus and JSON for programs.',
    program: 'process',
    enabledByPresence: true,
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
  },
} as const satisfies Record<string, Section>

export type Sections = typeof sections
export type SectionName = keyof Sections

/** The table for code that loops over it: the same rows, without the type of each. */
export const sectionRows: Readonly<Record<string, Section>> = sections

/** What the sections of a family are called after the colon; a name is also the end of a file's name in the queue. */
const memberName = /^[A-Za-z0-9_-]{1,64}$/

/** Of a section named as `[graphite:second]`: `graphite`, if that is a family. What follows the colon is not looked at. */
export function familyOf(section: string): string | undefined {
  const colon = section.indexOf(':')
  const family = section.slice(0, Math.max(0, colon))
  return Object.hasOwn(sectionRows, family) && sectionRows[family]?.family !== undefined ? family : undefined
}

/** The row of an option, if the section has one of this name; names come from outside. */
export function optionRow(section: string, option: string): Option | undefined {
  const options = sectionRow(section)?.options
  return options !== undefined && Object.hasOwn(options, option) ? options[option] : undefined
}

/** The row of a section, or of the family it belongs to, if there is one of this name. */
export function sectionRow(section: string): Section | undefined {
  const family = familyOf(section)
  if (family !== undefined) return memberName.test(section.slice(family.length + 1)) ? sectionRows[family] : undefined
  return Object.hasOwn(sectionRows, section) ? sectionRows[section] : undefined
}
