/**
 * What HAProxy says of its fields in `show stat typed`: origin, nature and scope, a letter each, as in the newest release. The
 * fourth letter of 3.3 and newer is left out.
 */
const statNames = {
  KNS: 'pxname svname',
  MGP:
    'qcur scur act bck srv_icur idle_conn_cur safe_conn_cur used_conn_cur need_conn_est agg_server_check_status ' +
    'agg_server_status agg_check_status priv_idle_cur h2_open_connections h2_backend_open_streams ' +
    'h1_open_connections h1_open_streams quic_conn_opening quic_half_open_conn',
  MMP: 'qmax smax rate_max req_rate_max conn_rate_max qtime_max ctime_max rtime_max ttime_max',
  CLP: 'slim rate_lim src_ilim',
  MaP: 'weight throttle qtime ctime rtime ttime uweight',
  SGP: 'status proto',
  MAP: 'lastchg lastsess',
  CGS: 'qlimit type check_rise check_fall check_health agent_rise agent_fall agent_health addr mode algo',
  KGP: 'pid',
  KGS: 'iid sid',
  CNS: 'tracked cookie',
  MRP: 'rate req_rate conn_rate',
  MOP: 'check_status check_code last_chk last_agt agent_status agent_code check_desc agent_desc',
  MDP: 'check_duration agent_duration',
} as const

const infoNames = {
  POS: 'Name Version Release_date Build_info',
  CGS: 'Nbproc Nbthread NbThreadGroups',
  KGP: 'Process_num',
  SGP: 'Pid Tainted',
  MDP: 'Uptime Uptime_sec Start_time_sec BootTime_ms',
  CLP:
    'Memmax_MB Ulimit-n Maxsock Maxconn Maxpipes Hard_maxconn ConnRateLimit CompressBpsRateLim MaxZlibMemUsage ' +
    'SessRateLimit SslRateLimit Memmax_bytes',
  COS: 'node description',
  MRP: 'ConnRate CompressBpsIn CompressBpsOut SessRate SslRate SslBackendKeyRate MaxSessRate BytesOutRate',
  MMP: 'MaxConnRate MaxSslConns MaxSslRate SslFrontendMaxKeyRate SslBackendMaxKeyRate',
  MaP: 'Idle_pct',
  MCP: 'CumConns CumReq CumSslConns SslCacheLookups SslCacheMisses PoolFailed CumRecvLogs TotalWarnings MaxconnReached',
} as const

/** Most columns are counters, most lines of `show info` gauges. */
const usualOfStat = 'MCP'
const usualOfInfo = 'MGP'

/** By kind of row where HAProxy says something else of it. */
const exceptions: Readonly<Record<string, string>> = { 'S.act': 'SGP', 'S.bck': 'SGP', 'B.rate_max': 'MGP' }

const byName = (names: Readonly<Record<string, string>>) =>
  new Map(Object.entries(names).flatMap(([tags, list]) => list.split(' ').map((name) => [name, tags] as const)))
const ofStat = byName(statNames)
const ofInfo = byName(infoNames)

/** The tags of a column for a kind of row, which is F, B, S or L. */
export function statTags(name: string, object: string): string {
  return exceptions[`${object}.${name}`] ?? ofStat.get(name) ?? usualOfStat
}

/** The tags of a line of `show info`. */
export function infoTags(name: string): string {
  return ofInfo.get(name.replaceAll(' ', '_')) ?? usualOfInfo
}

const origins: Readonly<Record<string, string>> = {
  M: 'Metric',
  S: 'Status',
  K: 'Key',
  C: 'Config',
  P: 'Product',
}
const natures: Readonly<Record<string, string>> = {
  G: 'Gauge',
  L: 'Limit',
  m: 'Min',
  M: 'Max',
  R: 'Rate',
  C: 'Counter',
  D: 'Duration',
  A: 'Age',
  T: 'Time',
  N: 'Name',
  O: 'Output',
  a: 'Avg',
}
const scopes: Readonly<Record<string, string>> = { P: 'Process', S: 'Service', s: 'System', C: 'Cluster' }

/** Tags as words, as HAProxy has them in `show stat json`. */
export function wordsOfTags(tags: string): { origin: string; nature: string; scope: string } {
  const [origin = '', nature = '', scope = ''] = tags
  return {
    origin: origins[origin] ?? 'Unknown',
    nature: natures[nature] ?? 'Unknown',
    scope: scopes[scope] ?? 'Unknown',
  }
}
