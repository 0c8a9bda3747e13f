/**
 * A field of the default lists of haproxystats 0.5.2, with that release's arithmetic: an empty cell counts as 0. Times
 * (`mean-with-traffic`) are plain means over the processes in which the object had sessions.
 */
export interface ListedField {
  readonly name: string
  readonly merge: 'sum' | 'mean' | 'mean-with-traffic'
}

const listed = (merge: ListedField['merge'], names: string): ListedField[] =>
  names.split(' ').map((name) => ({ name, merge }))

const common = listed(
  'sum',
  'bin bout dresp hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other rate rate_max scur slim smax stot',
)
const times = listed('mean-with-traffic', 'qtime ctime rtime ttime')

/** The default lists of haproxystats 0.5.2, by kind of object. */
export const defaultLists = {
  daemon: [
    ...listed(
      'sum',
      'CompressBpsIn CompressBpsOut CompressBpsRateLim ConnRate ConnRateLimit CumConns CumReq CumSslConns CurrConns ' +
        'CurrSslConns Hard_maxconn MaxConnRate MaxSessRate MaxSslConns MaxSslRate MaxZlibMemUsage Maxconn Maxpipes ' +
        'Maxsock Memmax_MB PipesFree PipesUsed Run_queue SessRate SessRateLimit SslBackendKeyRate SslBackendMaxKeyRate ' +
        'SslCacheLookups SslCacheMisses SslFrontendKeyRate SslFrontendMaxKeyRate SslRate SslRateLimit Tasks Ulimit-n ' +
        'ZlibMemUsage',
    ),
    ...listed('mean', 'SslFrontendSessionReuse_pct Idle_pct Uptime_sec'),
  ],
  frontend: [
    ...common,
    ...listed(
      'sum',
      'comp_byp comp_in comp_out comp_rsp conn_rate conn_rate_max conn_tot dcon dses dreq ereq intercepted rate_lim ' +
        'req_rate req_rate_max req_tot',
    ),
  ],
  backend: [
    ...common,
    ...listed(
      'sum',
      'chkdown cli_abrt comp_byp comp_in comp_out comp_rsp downtime dreq econ eresp intercepted lbtot qcur qmax ' +
        'req_tot srv_abrt wredis wretr',
    ),
    ...listed('mean', 'act bck weight'),
    ...times,
  ],
  server: [
    ...common,
    ...listed('sum', 'chkdown chkfail cli_abrt econ eresp lbtot qcur qmax srv_abrt wredis wretr'),
    ...listed('mean', 'throttle weight'),
    ...times,
  ],
} as const satisfies Record<string, readonly ListedField[]>
