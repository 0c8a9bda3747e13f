import type { MetricType } from './metric.ts'

/** How one line of `show info` becomes a metric. */
export interface InfoMetric {
  readonly field: string
  /** What follows `haproxy_process_`. */
  readonly name: string
  readonly type: MetricType
  readonly help: string
  /** The value is so many times what HAProxy prints, or one of so many parts. */
  readonly times?: number
  readonly divide?: number
  /** For releases without this line: another one, and how many times its value. */
  readonly otherwise?: readonly [field: string, times: number]
  /** HAProxy's exporter does not have it; the name is ours, in its manner. */
  readonly ours?: true
}

type More = Partial<Omit<InfoMetric, 'field' | 'name' | 'help' | 'type'>>

const of =
  (type: MetricType) =>
  (field: string, name: string, help: string, more: More = {}): InfoMetric => ({ field, name, type, help, ...more })
const gauge = of('gauge')
const counter = of('counter')
const ours = { ours: true } as const
const mebibyte = 1024 ** 2

/**
 * Every line of `show info` that is a number, up to HAProxy 3.5. Names and types are those of HAProxy's exporter, which
 * calls some gauges counters and some counters gauges: that is what dashboards know them by, and the help says so.
 */
export const infoMetrics: readonly InfoMetric[] = [
  gauge('Nbthread', 'nbthread', 'Threads of a process.'),
  gauge('Nbproc', 'nbproc', 'Processes that HAProxy was configured to start.'),
  gauge('Process_num', 'relative_process_id', 'Number of the process; only of one alone.'),
  gauge('Uptime_sec', 'uptime_seconds', 'Time since the start; of several, of the youngest.'),
  gauge('Start_time_sec', 'start_time_seconds', 'When it was started, since the epoch; of several, the youngest.'),
  gauge('Memmax_MB', 'max_memory_bytes', 'How much memory it may use; 0 without a limit.', { times: mebibyte }),
  gauge('PoolAlloc_bytes', 'pool_allocated_bytes', 'Memory in pools.', { otherwise: ['PoolAlloc_MB', mebibyte] }),
  gauge('PoolUsed_bytes', 'pool_used_bytes', 'Memory of pools in use.', { otherwise: ['PoolUsed_MB', mebibyte] }),
  counter('PoolFailed', 'pool_failures_total', 'Times that a pool got no memory.'),
  gauge('Ulimit-n', 'max_fds', 'How many file descriptors there may be.'),
  gauge('Maxsock', 'max_sockets', 'How many sockets there may be.'),
  gauge('Maxconn', 'max_connections', 'How many connections there may be.'),
  gauge('Hard_maxconn', 'hard_max_connections', 'How many connections there may be at the very most.'),
  gauge('CurrConns', 'current_connections', 'Connections that are open.'),
  counter('CumConns', 'connections_total', 'Connections.'),
  counter('CumReq', 'requests_total', 'Requests.'),
  gauge('MaxSslConns', 'max_ssl_connections', 'How many TLS connections there may be; 0 without a limit.'),
  gauge('CurrSslConns', 'current_ssl_connections', 'TLS connections that are open.'),
  counter('CumSslConns', 'ssl_connections_total', 'TLS connections.'),
  gauge('Maxpipes', 'max_pipes', 'How many pipes there may be for splicing; 0 without a limit.'),
  counter('PipesUsed', 'pipes_used_total', 'Pipes in use now; a gauge that HAProxy calls a counter.'),
  counter('PipesFree', 'pipes_free_total', 'Pipes that are free now; a gauge that HAProxy calls a counter.'),
  gauge('ConnRate', 'current_connection_rate', 'Connections of the last second.'),
  gauge('ConnRateLimit', 'limit_connection_rate', 'How many connections a second are accepted; 0 without a limit.'),
  gauge('MaxConnRate', 'max_connection_rate', 'The most connections there were in a second.'),
  gauge('SessRate', 'current_session_rate', 'Sessions of the last second.'),
  gauge('SessRateLimit', 'limit_session_rate', 'How many sessions a second are accepted; 0 without a limit.'),
  gauge('MaxSessRate', 'max_session_rate', 'The most sessions there were in a second.'),
  gauge('SslRate', 'current_ssl_rate', 'TLS connections of the last second.'),
  gauge('SslRateLimit', 'limit_ssl_rate', 'How many TLS connections a second are accepted; 0 without a limit.'),
  gauge('MaxSslRate', 'max_ssl_rate', 'The most TLS connections there were in a second.'),
  gauge('SslFrontendKeyRate', 'current_frontend_ssl_key_rate', 'TLS keys made for clients in the last second.'),
  gauge('SslFrontendMaxKeyRate', 'max_frontend_ssl_key_rate', 'The most TLS keys made for clients in a second.'),
  gauge('SslFrontendSessionReuse_pct', 'frontend_ssl_reuse', 'Percent of TLS connections that needed no new key.'),
  gauge('SslBackendKeyRate', 'current_backend_ssl_key_rate', 'TLS keys made for servers in the last second.'),
  gauge('SslBackendMaxKeyRate', 'max_backend_ssl_key_rate', 'The most TLS keys made for servers in a second.'),
  counter('SslCacheLookups', 'ssl_cache_lookups_total', 'TLS sessions looked up in the cache.'),
  counter('SslCacheMisses', 'ssl_cache_misses_total', 'TLS sessions that were not in the cache.'),
  counter('CompressBpsIn', 'http_comp_bytes_in_total', 'Bytes given to the compressor in the last second; a rate that HAProxy calls a counter.'),
  counter('CompressBpsOut', 'http_comp_bytes_out_total', 'Bytes that the compressor gave in the last second; a rate that HAProxy calls a counter.'),
  gauge('CompressBpsRateLim', 'limit_http_comp', 'How many compressed bytes a second there may be; 0 without a limit.'),
  gauge('ZlibMemUsage', 'current_zlib_memory', 'Bytes of memory that compression uses.'),
  gauge('MaxZlibMemUsage', 'max_zlib_memory', 'How many bytes of memory compression may use; 0 without a limit.'),
  gauge('Tasks', 'current_tasks', 'Tasks.'),
  gauge('Run_queue', 'current_run_queue', 'Tasks that are ready to run.'),
  gauge('Idle_pct', 'idle_time_percent', 'Percent of the last second without work; of several, their mean by threads.'),
  gauge('Stopping', 'stopping', 'Processes that are stopping.'),
  gauge('Jobs', 'jobs', 'Connections and listeners.'),
  gauge('Unstoppable Jobs', 'unstoppable_jobs', 'Connections that are not waited for when it stops.'),
  gauge('Listeners', 'listeners', 'Listeners.'),
  gauge('ActivePeers', 'active_peers', 'Peers that are connected and verified.'),
  gauge('ConnectedPeers', 'connected_peers', 'Peers that are connected.'),
  counter('DroppedLogs', 'dropped_logs_total', 'Log messages that were lost.'),
  gauge('BusyPolling', 'busy_polling_enabled', 'Whether it polls without pause.'),
  counter('FailedResolutions', 'failed_resolutions', 'Names that could not be resolved.'),
  counter('TotalBytesOut', 'bytes_out_total', 'Bytes sent.'),
  counter('TotalSplicedBytesOut', 'spliced_bytes_out_total', 'Bytes sent through a pipe of the kernel.', {
    otherwise: ['TotalSplicdedBytesOut', 1],
  }),
  gauge('BytesOutRate', 'bytes_out_rate', 'Bytes sent in the last second.'),
  counter('DebugCommandsIssued', 'debug_commands_total', 'Commands for debugging that were given.', ours),
  counter('CumRecvLogs', 'recv_logs_total', 'Log messages received.'),
  counter('TotalWarnings', 'total_warnings', 'Warnings since the start.'),
  counter('MaxconnReached', 'max_connections_reached_total', 'Times that max_connections was reached.', ours),
  gauge('BootTime_ms', 'boot_time_seconds', 'How long the start took.', { divide: 1000, ours: true }),
  gauge('Niced_tasks', 'current_niced_tasks', 'Tasks with another priority than the usual one.', ours),
  gauge('CurrStreams', 'current_streams', 'Streams that are open.', ours),
  counter('CumStreams', 'streams_total', 'Streams.', ours),
  counter('BlockedTrafficWarnings', 'blocked_traffic_warnings_total', 'Warnings that something blocked traffic.', ours),
  gauge('PatternsAdded', 'patterns_added_total', 'Patterns added to maps and lists; a counter that HAProxy calls a gauge.'),
  gauge('PatternsFreed', 'patterns_freed_total', 'Patterns taken from maps and lists; a counter that HAProxy calls a gauge.'),
  gauge('NbThreadGroups', 'nb_thread_groups', 'Groups of threads of a process.'),
]

/** Texts of `show info` that are a label of a metric with the value 1, one for each that any process has. */
export const infoTexts = [
  { field: 'node', name: 'node', label: 'node', help: 'Names of nodes.' },
  { field: 'description', name: 'description', label: 'desc', help: 'Descriptions of processes.' },
  { field: 'Version', name: 'build_info', label: 'version', help: 'Releases of HAProxy.' },
] as const

/** Lines that are no metric of their own, and why. */
export const infoFieldsWithout: Readonly<Record<string, string>> = {
  node: 'the label of `node`',
  description: 'the label of `description`',
  Version: 'the label of `build_info`',
  Name: 'text',
  Release_date: 'text',
  Uptime: 'text; see `uptime_seconds`',
  'Build info': 'text; see `build_info`',
  Tainted: 'a mask of bits',
  Pid: 'a number that only names something',
  Memmax_bytes: '`max_memory_bytes`, which is made of `Memmax_MB`: this one is wrong from 4 GiB on',
  PoolAlloc_MB: 'a rounded `pool_allocated_bytes`',
  PoolUsed_MB: 'a rounded `pool_used_bytes`',
  TotalSplicdedBytesOut: 'the name of `TotalSplicedBytesOut` before 2.8',
}
