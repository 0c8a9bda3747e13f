// @ts-check

/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {string} of what the path has after `haproxy`, up to the metric; $ begins a variable
 * @property {readonly string[]} metrics
 * @property {number} [name] which level of the path names a line, from the end; the metric without it
 * @property {string} [needs] the option without which nothing is sent
 *
 * @typedef {object} Dashboard
 * @property {string} title
 * @property {string} summary
 * @property {readonly ('frontend' | 'backend' | 'server' | 'destination')[]} [choose] beside the load balancer
 * @property {boolean} [fleet] of all load balancers
 * @property {readonly Panel[]} panels
 */

const states = ['servers.up', 'servers.down', 'servers.drain', 'servers.maint', 'servers.nolb', 'servers.no_check']
const responses = ['hrsp_1xx', 'hrsp_2xx', 'hrsp_3xx', 'hrsp_4xx', 'hrsp_5xx', 'hrsp_other']
const times = ['qtime', 'ctime', 'rtime', 'ttime']

/** @param {string} of @returns {Panel[]} what is asked of frontends, backends and servers alike */
const traffic = (of) => [
  { title: 'Sessions', of, metrics: ['scur', 'slim'] },
  { title: 'New sessions', of, metrics: ['stot'] },
  { title: 'Traffic', of, metrics: ['bin', 'bout'] },
  { title: 'Responses', of, metrics: responses },
]

/** Every dashboard, by the name of its file. @type {Readonly<Record<string, Dashboard>>} */
export const dashboards = {
  fleet: {
    title: 'HAProxy: fleet',
    summary: 'All load balancers beside each other.',
    fleet: true,
    panels: [
      { title: 'Requests', of: 'daemon', metrics: ['CumReq'], name: -4 },
      { title: 'Open connections', of: 'daemon', metrics: ['CurrConns'], name: -4 },
      { title: 'New connections', of: 'daemon', metrics: ['CumConns'], name: -4 },
      { title: 'Idle time of the processes', of: 'daemon', metrics: ['Idle_pct'], name: -4 },
      { title: 'Time since the last reload', of: 'daemon', metrics: ['SecondsSinceReload'], name: -4 },
      { title: 'HAProxy processes', of: 'haproxystats', metrics: ['Processes'], name: -4 },
      { title: 'Snapshots that wait', of: 'haproxystats', metrics: ['SnapshotsWaiting'], name: -4 },
      { title: 'Time to process a snapshot', of: 'haproxystats', metrics: ['TotalWallClockTime'], name: -4 },
    ],
  },
  'load-balancer': {
    title: 'HAProxy: load balancer',
    summary: 'One load balancer, all its processes together.',
    panels: [
      { title: 'Connections', of: 'daemon', metrics: ['CurrConns', 'Maxconn'] },
      { title: 'New connections and requests', of: 'daemon', metrics: ['CumConns', 'CumReq'] },
      { title: 'Rates', of: 'daemon', metrics: ['ConnRate', 'SessRate', 'SslRate'] },
      { title: 'CPU of the processes', of: 'daemon', metrics: ['50PercentileCpuUsagePct', '95PercentileCpuUsagePct'] },
      { title: 'TLS connections', of: 'daemon', metrics: ['CurrSslConns', 'MaxSslConns'] },
      { title: 'TLS sessions reused', of: 'daemon', metrics: ['SslFrontendSessionReuse_pct'] },
      {
        title: 'Shares of limits',
        of: 'daemon',
        metrics: ['ConnPercentage', 'ConnRatePercentage', 'SslRatePercentage', 'SslConnPercentage'],
        needs: 'calculate-percentages',
      },
      { title: 'Tasks and run queue', of: 'daemon', metrics: ['Tasks', 'Run_queue'] },
      { title: 'Pipes', of: 'daemon', metrics: ['PipesUsed', 'PipesFree', 'Maxpipes'] },
      { title: 'Requests by frontend', of: 'frontend.*', metrics: ['req_tot'], name: -2 },
      { title: 'Sessions by backend', of: 'backend.*', metrics: ['scur'], name: -2 },
      { title: 'Errors by backend', of: 'backend.*', metrics: ['hrsp_5xx'], name: -2 },
    ],
  },
  frontend: {
    title: 'HAProxy: frontend',
    summary: 'One frontend of a load balancer.',
    choose: ['frontend'],
    panels: [
      { title: 'Requests', of: 'frontend.$frontend', metrics: ['req_tot'] },
      ...traffic('frontend.$frontend'),
      { title: 'Rates', of: 'frontend.$frontend', metrics: ['rate', 'req_rate', 'rate_lim'] },
      { title: 'Denied and erroneous', of: 'frontend.$frontend', metrics: ['dreq', 'dresp', 'ereq'] },
      { title: 'Compression', of: 'frontend.$frontend', metrics: ['comp_in', 'comp_out', 'comp_byp'] },
    ],
  },
  backend: {
    title: 'HAProxy: backend',
    summary: 'One backend of a load balancer, and its servers beside each other.',
    choose: ['backend'],
    panels: [
      ...traffic('backend.$backend'),
      { title: 'Times', of: 'backend.$backend', metrics: times },
      { title: 'Queue', of: 'backend.$backend', metrics: ['qcur', 'qmax'] },
      {
        title: 'Errors',
        of: 'backend.$backend',
        metrics: ['econ', 'eresp', 'wretr', 'wredis', 'cli_abrt', 'srv_abrt'],
      },
      { title: 'Servers', of: 'backend.$backend', metrics: ['act', 'bck', 'TotalServers'] },
      { title: 'Servers by state', of: 'backend.$backend', metrics: states, needs: 'server-state-metrics' },
      { title: 'Sessions by server', of: 'backend.$backend.server.*', metrics: ['scur'], name: -2 },
      { title: 'Responses by server', of: 'backend.$backend.server.*', metrics: ['rtime'], name: -2 },
      { title: 'Errors by server', of: 'backend.$backend.server.*', metrics: ['hrsp_5xx'], name: -2 },
    ],
  },
  server: {
    title: 'HAProxy: server',
    summary: 'One server of a backend.',
    choose: ['backend', 'server'],
    panels: [
      ...traffic('backend.$backend.server.$server'),
      { title: 'Times', of: 'backend.$backend.server.$server', metrics: times },
      { title: 'Queue', of: 'backend.$backend.server.$server', metrics: ['qcur', 'qmax'] },
      { title: 'Errors', of: 'backend.$backend.server.$server', metrics: ['econ', 'eresp', 'wretr', 'wredis'] },
      { title: 'Checks', of: 'backend.$backend.server.$server', metrics: ['chkfail', 'chkdown'] },
      { title: 'Weight', of: 'backend.$backend.server.$server', metrics: ['weight', 'throttle'] },
    ],
  },
  haproxystats: {
    title: 'haproxystats itself',
    summary: 'How haproxystats is doing on one load balancer.',
    choose: ['destination'],
    panels: [
      { title: 'Snapshots that wait', of: 'haproxystats', metrics: ['SnapshotsWaiting'] },
      {
        title: 'Snapshots',
        of: 'haproxystats',
        metrics: ['SnapshotsTaken', 'SnapshotsDelivered', 'SnapshotsQuarantined', 'SnapshotsVanished'],
      },
      { title: 'HAProxy processes', of: 'haproxystats', metrics: ['Processes', 'ProcessesFailed'] },
      {
        title: 'Time for a snapshot',
        of: 'haproxystats',
        metrics: [
          'TotalWallClockTime',
          'WallClockTimeHAProxy',
          'WallClockTimeFrontends',
          'WallClockTimeBackends',
          'WallClockTimeServers',
        ],
      },
      {
        title: 'Datapoints of a snapshot',
        of: 'haproxystats',
        metrics: ['MetricsHAProxy', 'MetricsFrontend', 'MetricsBackend', 'MetricsServer'],
      },
      { title: 'Servers left out', of: 'haproxystats', metrics: ['ServersDropped'], needs: 'server-limit' },
      { title: 'Waiting for the destination', of: 'haproxystats.dispatcher.$destination', metrics: ['Waiting'] },
      { title: 'Delivered to it', of: 'haproxystats.dispatcher.$destination', metrics: ['Snapshots', 'Datapoints'] },
      { title: 'Attempts that failed', of: 'haproxystats.dispatcher.$destination', metrics: ['Retries', 'Replayed'] },
      { title: 'Deliveries are proved', of: 'haproxystats.dispatcher.$destination', metrics: ['Proved'] },
    ],
  },
}
