import { moduleFields, type StatField } from '@haproxystats/haproxy'
import type { RowKind } from '../live/view.ts'
import type { Label, MetricType } from './metric.ts'

/** How one column of `show stat` becomes a metric. */
export interface StatMetric {
  readonly field: string
  /** What follows `haproxy_<kind>_`. */
  readonly name: string
  readonly type: MetricType
  /** Letters of the kinds of rows: F, L(istener), B, S. */
  readonly kinds: string
  readonly help: string
  /** From milliseconds to seconds. */
  readonly divide?: 1000
  /** Of proxies in HTTP mode only; HAProxy prints a 0 for others that means nothing. */
  readonly http?: true
  /** The label that distinguishes metrics of one name; their rows follow one another in the table. */
  readonly label?: Label
  /** Another name for servers. */
  readonly ofServers?: string
  /** Only when asked for with `extra-counters`. */
  readonly extra?: true
  /** HAProxy's exporter does not have it; the name is ours, in its manner. */
  readonly ours?: true
}

type More = Partial<Omit<StatMetric, 'field' | 'name' | 'kinds' | 'help' | 'type'>>

const of =
  (type: MetricType) =>
  (field: string, name: string, kinds: string, help: string, more: More = {}): StatMetric => ({
    field,
    name,
    type,
    kinds,
    help,
    ...more,
  })
const gauge = of('gauge')
const counter = of('counter')

const http = { http: true } as const
const ours = { ours: true } as const
const milliseconds = { divide: 1000 } as const

const responses = (code: string): StatMetric =>
  counter(`hrsp_${code}`, 'http_responses_total', 'FBS', 'HTTP responses by class of their status.', {
    http: true,
    label: ['code', code],
  })

/**
 * Every column of `show stat` that is a number, up to HAProxy 3.5, in the order of HAProxy. Names, kinds and types are
 * those of HAProxy's exporter, read off running releases from 2.6 to 3.5-dev5. Texts are in `states.ts`.
 */
export const statMetrics: readonly StatMetric[] = [
  gauge('qcur', 'current_queue', 'BS', 'Requests in the queue.'),
  gauge('qmax', 'max_queue', 'BS', 'The most requests there were in the queue.'),
  gauge('scur', 'current_sessions', 'FLBS', 'Sessions that are open.'),
  gauge('smax', 'max_sessions', 'FLBS', 'The most sessions that were open.'),
  gauge('slim', 'limit_sessions', 'FLBS', 'How many sessions may be open.'),
  counter('stot', 'sessions_total', 'FLBS', 'Sessions.'),
  counter('bin', 'bytes_in_total', 'FLBS', 'Bytes of requests.'),
  counter('bout', 'bytes_out_total', 'FLBS', 'Bytes of responses.'),
  counter('dreq', 'requests_denied_total', 'FLB', 'Requests that were denied.'),
  counter('dresp', 'responses_denied_total', 'FLBS', 'Responses that were denied.'),
  counter('ereq', 'request_errors_total', 'FL', 'Requests that were invalid or broke off.'),
  counter('econ', 'connection_errors_total', 'BS', 'Connections to servers that failed.'),
  counter('eresp', 'response_errors_total', 'BS', 'Responses that were invalid or broke off.'),
  counter('wretr', 'retry_warnings_total', 'BS', 'Attempts to connect to a server that were repeated.'),
  counter('wredis', 'redispatch_warnings_total', 'BS', 'Requests that went to another server than they should.'),
  gauge('weight', 'weight', 'BS', 'Weight in effect; of a backend, that of its active servers together.'),
  gauge('act', 'active_servers', 'BS', 'Active servers that are up; of a server, whether it is an active one.', {
    ofServers: 'active',
  }),
  gauge('bck', 'backup_servers', 'BS', 'Backup servers that are up; of a server, whether it is a backup.', {
    ofServers: 'backup',
  }),
  counter('chkfail', 'check_failures_total', 'S', 'Health checks that failed.'),
  counter('chkdown', 'check_up_down_total', 'BS', 'Transitions from up to down.'),
  gauge('lastchg', 'check_last_change_seconds', 'BS', 'Time since the last change between up and down.'),
  counter('downtime', 'downtime_seconds_total', 'BS', 'Time spent down.'),
  gauge('qlimit', 'queue_limit', 'S', 'How many requests may wait.'),
  gauge('throttle', 'current_throttle', 'S', 'Percent of its weight that a server has while it starts slowly.'),
  counter('lbtot', 'loadbalanced_total', 'BS', 'Times that load balancing chose it.'),
  gauge('rate', 'current_session_rate', 'FBS', 'Sessions of the last second.'),
  gauge('rate_lim', 'limit_session_rate', 'F', 'How many sessions a second are accepted.'),
  gauge('rate_max', 'max_session_rate', 'FBS', 'The most sessions there were in a second.'),
  gauge('check_code', 'check_code', 'S', 'Code that the last health check got, if it got one.'),
  gauge('check_duration', 'check_duration_seconds', 'S', 'How long the last health check took.', milliseconds),
  ...['1xx', '2xx', '3xx', '4xx', '5xx', 'other'].map(responses),
  counter('hanafail', 'check_analyses_failures_total', 'S', 'Failures that observing its traffic found.', ours),
  gauge('req_rate', 'http_requests_rate_current', 'F', 'HTTP requests of the last second.', { ...ours, ...http }),
  gauge('req_rate_max', 'http_requests_rate_max', 'F', 'The most HTTP requests there were in a second.', http),
  counter('req_tot', 'http_requests_total', 'FBS', 'HTTP requests.', http),
  counter('cli_abrt', 'client_aborts_total', 'BS', 'Transfers that the client broke off.'),
  counter('srv_abrt', 'server_aborts_total', 'BS', 'Transfers that the server broke off.'),
  counter('comp_in', 'http_comp_bytes_in_total', 'FB', 'Bytes of responses given to the compressor.', http),
  counter('comp_out', 'http_comp_bytes_out_total', 'FB', 'Bytes of responses that the compressor gave.', http),
  counter('comp_byp', 'http_comp_bytes_bypassed_total', 'FB', 'Bytes that the compressor could not take.', http),
  counter('comp_rsp', 'http_comp_responses_total', 'FB', 'Responses that were compressed.', http),
  gauge('lastsess', 'last_session_seconds', 'BS', 'Time since the last session; -1 when there was none.'),
  gauge('qtime', 'queue_time_average_seconds', 'BS', 'Mean time in the queue of the last requests.', milliseconds),
  gauge('ctime', 'connect_time_average_seconds', 'BS', 'Mean time to connect of the last requests.', milliseconds),
  gauge('rtime', 'response_time_average_seconds', 'BS', 'Mean time to the response of the last ones.', milliseconds),
  gauge('ttime', 'total_time_average_seconds', 'BS', 'Mean time of the last sessions.', milliseconds),
  gauge('agent_code', 'agent_code', 'S', 'Code that the last agent check got, if it got one.'),
  gauge('agent_duration', 'agent_duration_seconds', 'S', 'How long the last agent check took.', milliseconds),
  gauge('check_rise', 'check_rise', 'S', 'Health checks in a row that make it up.', ours),
  gauge('check_fall', 'check_fall', 'S', 'Failed health checks in a row that make it down.', ours),
  gauge('check_health', 'check_health', 'S', 'Level of health: below check_rise it is down.', ours),
  gauge('agent_rise', 'agent_rise', 'S', 'Agent checks in a row that make it up.', ours),
  gauge('agent_fall', 'agent_fall', 'S', 'Failed agent checks in a row that make it down.', ours),
  gauge('agent_health', 'agent_health', 'S', 'Level of health by its agent: below agent_rise it is down.', ours),
  gauge('conn_rate', 'connections_rate_current', 'F', 'Connections of the last second.', ours),
  gauge('conn_rate_max', 'connections_rate_max', 'F', 'The most connections there were in a second.'),
  counter('conn_tot', 'connections_total', 'FL', 'Connections.'),
  counter('intercepted', 'intercepted_requests_total', 'F', 'HTTP requests that HAProxy answered itself.', http),
  counter('dcon', 'denied_connections_total', 'FL', 'Connections that were denied.'),
  counter('dses', 'denied_sessions_total', 'FL', 'Sessions that were denied.'),
  counter('wrew', 'failed_header_rewriting_total', 'FLBS', 'Rewrites of headers that failed.'),
  counter('connect', 'connection_attempts_total', 'BS', 'Attempts to connect to a server.'),
  counter('reuse', 'connection_reuses_total', 'BS', 'Times that a connection to a server was used again.'),
  counter('cache_lookups', 'http_cache_lookups_total', 'FB', 'Requests looked up in the cache.', http),
  counter('cache_hits', 'http_cache_hits_total', 'FB', 'Requests found in the cache.', http),
  gauge('srv_icur', 'idle_connections_current', 'S', 'Idle connections that can be used again.'),
  gauge('src_ilim', 'idle_connections_limit', 'S', 'How many idle connections there may be.'),
  gauge('qtime_max', 'max_queue_time_seconds', 'BS', 'The longest time in the queue.', milliseconds),
  gauge('ctime_max', 'max_connect_time_seconds', 'BS', 'The longest time to connect.', milliseconds),
  gauge('rtime_max', 'max_response_time_seconds', 'BS', 'The longest time to a response.', milliseconds),
  gauge('ttime_max', 'max_total_time_seconds', 'BS', 'The longest time of a session.', milliseconds),
  counter('eint', 'internal_errors_total', 'FLBS', 'Internal errors.'),
  gauge('idle_conn_cur', 'unsafe_idle_connections_current', 'S', 'Idle connections that are not safe to reuse.'),
  gauge('safe_conn_cur', 'safe_idle_connections_current', 'S', 'Idle connections that are safe to reuse.'),
  gauge('used_conn_cur', 'used_connections_current', 'S', 'Connections in use.'),
  gauge('need_conn_est', 'need_connections_current', 'S', 'Connections that HAProxy thinks it needs.'),
  gauge('uweight', 'uweight', 'BS', 'Configured weight; of a backend, that of its active servers together.'),
  counter('sess_other', 'other_sessions_total', 'F', 'Sessions of other protocols than HTTP.', ours),
  ...['h1', 'h2', 'h3'].map((version) => counter(`${version}sess`, `${version}_sessions_total`, 'F', `Sessions of HTTP/${version.slice(1)}.`, ours)),
  counter('req_other', 'other_requests_total', 'F', 'Requests of other protocols than HTTP.', ours),
  ...['h1', 'h2', 'h3'].map((version) => counter(`${version}req`, `${version}_requests_total`, 'F', `Requests of HTTP/${version.slice(1)}.`, ours)),
  gauge('priv_idle_cur', 'private_idle_connections_current', 'S', 'Idle connections of one session only.'),
  counter('reqbin', 'req_bytes_in_total', 'FLBS', 'Bytes of requests received.'),
  counter('reqbout', 'req_bytes_out_total', 'FLBS', 'Bytes of requests sent.'),
  counter('resbin', 'res_bytes_in_total', 'FLBS', 'Bytes of responses received.'),
  counter('resbout', 'res_bytes_out_total', 'FLBS', 'Bytes of responses sent.'),
  counter('cache_hint_hits', 'http_cache_hint_hits_total', 'FB', 'Early hints (103) sent from the cache.', http),
]

/** Columns that are no metric of a row, and why. */
export const statFieldsWithout: Readonly<Record<string, string>> = {
  pxname: 'the label `proxy`',
  svname: 'the labels `server` and `listener`',
  status: 'the label `state` of `status`',
  check_status: 'the label `state` of `check_status`',
  agent_status: 'the label `state` of `agent_status`',
  agg_server_check_status: 'counted from the servers, since `show stat` has only a 0 there',
  agg_server_status: 'counted from the servers, since `show stat` has only a 0 there',
  agg_check_status: 'counted from the servers, since `show stat` has only a 0 there',
  ...Object.fromEntries(['pid', 'iid', 'sid', 'srid', 'type'].map((name) => [name, 'a number that only names something'])),
  ...Object.fromEntries(['tracked', 'last_chk', 'last_agt', 'check_desc', 'agent_desc', 'addr', 'cookie', 'mode', 'algo', 'proto'].map((name) => [name, 'text'])),
}

const lettersOfKinds: Readonly<Record<RowKind, string>> = { frontend: 'F', listener: 'L', backend: 'B', server: 'S' }

/** The metrics that rows of a kind have, in the order of the table. */
export function statMetricsOf(kind: RowKind, extra = false): readonly StatMetric[] {
  const letter = lettersOfKinds[kind]
  return [...statMetrics, ...(extra ? extraMetrics : [])].filter(({ kinds }) => kinds.includes(letter))
}

/** The whole name of a metric of a kind of rows. */
export function statName(kind: RowKind, { name, ofServers }: StatMetric): string {
  return `haproxy_${kind}_${kind === 'server' ? (ofServers ?? name) : name}`
}

/** The module that a column belongs to, as HAProxy calls it. Those of QPACK are counted by HTTP/3. */
function moduleOf(field: string): string {
  const prefix = field.slice(0, field.indexOf('_'))
  return prefix === 'pack' || prefix === 'qpack' ? 'h3' : prefix
}

/**
 * Columns of modules, which HAProxy's exporter has since 3.0 with `extra-counters`, by their own names. It declares all
 * of them as counters, also what is open just now.
 */
export const extraMetrics: readonly StatMetric[] = moduleFields.map((field: StatField) => ({
  field: field.name,
  name: field.name,
  type: 'counter',
  kinds: field.objects,
  help: `${field.name} of the module ${moduleOf(field.name)}.`,
  label: ['mod', moduleOf(field.name)],
  extra: true,
}))
