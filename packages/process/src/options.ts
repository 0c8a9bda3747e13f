import { apartDirectories, logOptions, type Section, type ValuesOfSections } from '@haproxystats/core'
import { http } from './http/options.ts'
import { graphite } from './outputs/graphite/options.ts'
import { localStore } from './outputs/local-store/options.ts'

const program = 'haproxystats-process'
const outputNames = '[graphite], [local-store] or [http]'

const process = {
  summary: 'Which metrics are made of the snapshots, and with how many threads.',
  program,
  needs: `haproxystats-process needs an output: the section ${outputNames}. Every output is off until its header, too, is no comment any more.`,
  checks: [
    {
      summary: 'src-dir and tmp-dst-dir are apart.',
      severity: 'mistake',
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
} as const satisfies Section

function groups(objects: string, example: string) {
  const summary = `${objects} by group: name = regular expression; the first that matches wins.`
  return { summary, example, program, entries: 'patterns', options: {} } as const
}

/** The sections of haproxystats-process, in the order of the manual. */
export const processSections = {
  process,
  graphite,
  'frontend-groups': groups('Frontends', 'shop = ^shop-|^cart$'),
  'backend-groups': groups('Backends', 'shop = ^shop-|^cart$'),
  'server-groups': groups('Servers', 'cache = ^(varnish|cache)[0-9]+$'),
  'local-store': localStore,
  http,
} as const satisfies Readonly<Record<string, Section>>

declare module '@haproxystats/core' {
  interface Configuration extends ValuesOfSections<typeof processSections> {}
}
