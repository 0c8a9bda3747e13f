/**
 * What differs on purpose between `/metrics` and HAProxy's own exporter, where both speak of the same process. Everything that
 * is not here must be equal, sample by sample.
 */
export interface Difference {
  readonly metrics: RegExp
  readonly why: string
}

/** Samples that only HAProxy's exporter has, beside those without a value (NaN), which are left out here. */
export const onlyInExporter: readonly Difference[] = [
  {
    metrics: /^haproxy_server_(check|agent)_code$/,
    why: 'the exporter prints 0 where the check got no code; `show stat` has nothing there, and 0 is no code',
  },
  {
    metrics: /^haproxy_server_check_duration_seconds$/,
    why: 'the exporter still has the last check of a server in maintenance, of which `show stat` tells nothing any more',
  },
  {
    metrics: /^haproxy_(sticktable|resolver)_/,
    why: 'stick tables and resolvers are in no answer that haproxystats-pull asks for',
  },
]

/** Metrics that only we have, beside those that the tables call ours. */
export const onlyHere: readonly Difference[] = [
  { metrics: /^haproxy_server_(active|backup)$/, why: 'of newer releases' },
  { metrics: /^haproxy_(frontend|backend|server)_current_session_rate$/, why: 'of newer releases' },
  { metrics: /^haproxy_listener_connections_total$/, why: 'of newer releases' },
  { metrics: /^haproxy_server_http_requests_total$/, why: 'of newer releases' },
  { metrics: /^haproxy_server_agent_(status|code|duration_seconds)$/, why: 'of newer releases' },
  { metrics: /^haproxy_process_(node|description|total_warnings)$/, why: 'of newer releases' },
  { metrics: /^haproxystats_/, why: 'of the program itself' },
]

/** Values that change by themselves, or by asking; that both have them is all that can be said. */
export const moving: readonly Difference[] = [
  {
    metrics: /^haproxy_process_(cpu_usage_percent|idle_time_percent|current_tasks|current_run_queue|jobs)$/,
    why: 'what the process does just now',
  },
  { metrics: /^haproxy_frontend_h1_open_streams$/, why: 'the request to the exporter is one' },
  { metrics: /^haproxy_process_pool_(allocated|used)_bytes$/, why: 'memory is taken for every answer' },
  {
    metrics: /^haproxy_process_(current|max)_(connection|session)_rate$|^haproxy_process_bytes_out_rate$/,
    why: 'asking is a connection, too, and its answer bytes',
  },
]

/** Values that the exporter has below or above ours. */
export const lower: readonly Difference[] = [
  {
    metrics: /_time_average_seconds$/,
    why: 'the exporter takes the mean over 512 requests even when there were fewer; `show stat` over those that there were',
  },
]

export const higher: readonly Difference[] = [
  {
    metrics: /^haproxy_backend_agg_check_status$/,
    why: 'the exporters of 2.6 and 2.8 count the last check of servers in maintenance; newer ones and we do not',
  },
]
