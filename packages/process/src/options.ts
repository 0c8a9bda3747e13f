import { apartDirectories, type Clash, logOptions, option, type Section, type Values, type ValuesOfSections } from '@haproxystats/core'
import { http } from './http/options.ts'
import { graphite } from './outputs/graphite/options.ts'
import { localStore } from './outputs/local-store/options.ts'

const program = 'haproxystats-process'
const outputNames = '[graphite], [local-store] or [http]'

const process = {
  summary: 'Which metrics to make from the snapshots, and with how many threads.',
  program,
  needs: `haproxystats-process needs an output: the section ${outputNames}. An output is off unless its section is in the file, and not in a comment.`,
  checks: { errors: [apartFromDrafts] },
  options: {
    ...logOptions,
    'src-dir': option.path('The queue directory to read snapshots from: the same as dst-dir of [pull].', {
      default: '${paths:base-dir}/incoming',
    }),
    workers: option.integer('How many threads process snapshots.', { min: 1, max: 256, default: '4' }),
    'frontend-metrics': option.words('Fields of frontends to send, separated by spaces, instead of the default list. The word default stands for that list, all for every field there is.', { example: 'scur stot bin bout hrsp_5xx' }),
    'backend-metrics': option.words('Fields of backends to send, separated by spaces, instead of the default list. The word default stands for that list, all for every field there is.', { example: 'scur stot bin bout hrsp_5xx act' }),
    'server-metrics': option.words('Fields of servers to send, separated by spaces, instead of the default list. The word default stands for that list, all for every field there is.', { example: 'scur stot chkdown rtime' }),
    'daemon-metrics': option.words('Lines of show info to send; default and all as in frontend-metrics.', {
      example: 'default Jobs Listeners TotalBytesOut',
      since: '1.0.0',
    }),
    'aggr-server-metrics': option.boolean('Also send server.<name>.<metric>: the servers of one name in all backends, merged.', { default: 'false' }),
    'server-state-metrics': option.boolean('Also send, for every backend, the number of its servers in each state (servers.up, servers.down, …), and ActiveServersPercentage.', { default: 'false', since: '1.0.0' }),
    'skip-servers': option.words('Servers to skip: unused skips servers in maintenance that never had a session, such as free slots of a server-template; maint skips all servers in maintenance.', {
      example: 'unused maint',
      since: '1.0.0',
    }),
    'server-limit': option.integer('Maximum number of servers. With more, no server is sent, only their backends, and haproxystats.ServersDropped counts them; 0: no limit.', { min: 0, default: '0', since: '1.0.0' }),
    'exclude-frontends': option.path('File with the names of frontends to exclude, one per line; # begins a comment.', {
      example: '/etc/haproxystats/exclude-frontends',
    }),
    'exclude-backends': option.path('File with the names of backends to exclude, with their servers, one per line; # begins a comment.', { example: '/etc/haproxystats/exclude-backends' }),
    'per-process-metrics': option.boolean('Also send daemon.process.<id>.<metric> for every HAProxy process.', {
      default: 'false',
    }),
    'calculate-percentages': option.boolean('Also send ConnPercentage, ConnRatePercentage, SslRatePercentage and SslConnPercentage.', { default: 'false' }),
    'startup-grace': option.seconds(
      'How long after the start of a process its averages are not sent (qtime, ctime, rtime, ttime, Idle_pct and metrics derived from them), because they mean little at first; 0: always send them. A statistics page does not report the age of its process.',
      { min: 0, default: '0', since: '1.0.0' },
    ),
    'liveness-check-interval': option.seconds('How often to check that the worker threads are alive.', {
      min: 0.1,
      default: '10',
    }),
    'worker-timeout': option.seconds('Time limit of a worker for one snapshot. A worker that exceeds it is replaced, and the snapshot is retried in a new worker with more time, up to eight times as much.', {
      min: 0.1,
      default: '60',
      since: '1.0.0',
    }),
    'worker-memory': option.integer('Maximum heap of a worker, in MiB. A worker that exceeds it is replaced, and the snapshot is retried in a new worker.', { min: 64, max: 65536, default: '1024', since: '1.0.0' }),
    'quarantine-size': option.bytes('Maximum size of the quarantine directory beside the queue; its oldest snapshots are removed for new ones. It never holds more than 1000 snapshots.', { min: 0, default: '104857600', since: '1.0.0' }),
  },
} as const satisfies Section

/** src-dir is not where haproxystats-pull writes what is no snapshot yet. */
function apartFromDrafts(values: Values): Clash | undefined {
  if (values.value('process', 'src-dir') === values.value('pull', 'dst-dir')) return undefined
  return apartDirectories(values, ['process', 'src-dir'], ['pull', 'tmp-dst-dir'])
}

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
