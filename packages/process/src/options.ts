import { apartDirectories, logOptions, type Section, type ValuesOfSections } from '@haproxystats/core'
import { http } from './http/options.ts'
import { graphite } from './outputs/graphite/options.ts'
import { localStore } from './outputs/local-store/options.ts'

const program = 'haproxystats-process'
const outputNames = '[graphite], [local-store] or [http]'

const process = {
  summary: 'Which metrics to make from the snapshots, and with how many threads.',
  program,
  needs: `haproxystats-process needs an output: the section ${outputNames}. An output is off unless its section is in the file, and not in a comment.`,
  checks: [
    {
      summary: 'src-dir and tmp-dst-dir are apart.',
      severity: 'error',
      check: (values) =>
        values.value('process', 'src-dir') === values.value('pull', 'dst-dir')
          ? undefined
          : apartDirectories(values, ['process', 'src-dir'], ['pull', 'tmp-dst-dir']),
    },
  ],
  options: {
    ...logOptions,
    'src-dir': {
      kind: 'path',
      default: '${paths:base-dir}/incoming',
      summary: 'The queue directory to read snapshots from: the same as dst-dir of [pull].',
    },
    workers: { kind: 'integer', min: 1, max: 256, default: '4', summary: 'How many threads process snapshots.' },
    'frontend-metrics': {
      kind: 'words',
      example: 'scur stot bin bout hrsp_5xx',
      summary:
        'Fields of frontends to send, separated by spaces, instead of the default list. The word default stands for that list, all for every field there is.',
    },
    'backend-metrics': {
      kind: 'words',
      example: 'scur stot bin bout hrsp_5xx act',
      summary:
        'Fields of backends to send, separated by spaces, instead of the default list. The word default stands for that list, all for every field there is.',
    },
    'server-metrics': {
      kind: 'words',
      example: 'scur stot chkdown rtime',
      summary:
        'Fields of servers to send, separated by spaces, instead of the default list. The word default stands for that list, all for every field there is.',
    },
    'daemon-metrics': {
      kind: 'words',
      example: 'default Jobs Listeners TotalBytesOut',
      since: '1.0.0',
      summary: 'Lines of show info to send; default and all as in frontend-metrics.',
    },
    'aggr-server-metrics': {
      kind: 'boolean',
      default: 'false',
      summary: 'Also send server.<name>.<metric>: the servers of one name in all backends, merged.',
    },
    'server-state-metrics': {
      kind: 'boolean',
      default: 'false',
      since: '1.0.0',
      summary:
        'Also send, for every backend, the number of its servers in each state (servers.up, servers.down, …), and ActiveServersPercentage.',
    },
    'skip-servers': {
      kind: 'words',
      example: 'unused maint',
      since: '1.0.0',
      summary:
        'Servers to skip: unused skips servers in maintenance that never had a session, such as free slots of a server-template; maint skips all servers in maintenance.',
    },
    'server-limit': {
      kind: 'integer',
      min: 0,
      default: '0',
      since: '1.0.0',
      summary:
        'Maximum number of servers. With more, no server is sent, only their backends, and haproxystats.ServersDropped counts them; 0: no limit.',
    },
    'exclude-frontends': {
      kind: 'path',
      example: '/etc/haproxystats/exclude-frontends',
      summary: 'File with the names of frontends to exclude, one per line; # begins a comment.',
    },
    'exclude-backends': {
      kind: 'path',
      example: '/etc/haproxystats/exclude-backends',
      summary: 'File with the names of backends to exclude, with their servers, one per line; # begins a comment.',
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
        'How long after the start of a process its averages are not sent (qtime, ctime, rtime, ttime, Idle_pct and metrics derived from them), because they mean little at first; 0: always send them. A statistics page does not report the age of its process.',
    },
    'liveness-check-interval': {
      kind: 'seconds',
      min: 0.1,
      default: '10',
      summary: 'How often to check that the worker threads are alive.',
    },
    'worker-timeout': {
      kind: 'seconds',
      min: 0.1,
      default: '60',
      since: '1.0.0',
      summary:
        'Time limit of a worker for one snapshot. A worker that exceeds it is replaced, and the snapshot is retried in a new worker with more time, up to eight times as much.',
    },
    'worker-memory': {
      kind: 'integer',
      min: 64,
      max: 65536,
      default: '1024',
      since: '1.0.0',
      summary:
        'Maximum heap of a worker, in MiB. A worker that exceeds it is replaced, and the snapshot is retried in a new worker.',
    },
    'quarantine-size': {
      kind: 'bytes',
      min: 0,
      default: '104857600',
      since: '1.0.0',
      summary:
        'Maximum size of the quarantine directory beside the queue; its oldest snapshots are removed for new ones. It never holds more than 1000 snapshots.',
    },
  },
} as const satisfies Section

function groups(objects: string, example: string) {
  const summary = `Groups of ${objects}: name = regular expression; the first that matches wins.`
  return { summary, example, program, entries: 'patterns', options: {} } as const
}

/** The sections of haproxystats-process, in the order of the manual. */
export const processSections = {
  process,
  graphite,
  'frontend-groups': groups('frontends', 'shop = ^shop-|^cart$'),
  'backend-groups': groups('backends', 'shop = ^shop-|^cart$'),
  'server-groups': groups('servers', 'cache = ^(varnish|cache)[0-9]+$'),
  'local-store': localStore,
  http,
} as const satisfies Readonly<Record<string, Section>>

declare module '@haproxystats/core' {
  interface Configuration extends ValuesOfSections<typeof processSections> {}
}
